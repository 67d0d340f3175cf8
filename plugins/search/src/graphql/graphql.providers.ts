import type { Provider } from '@nestjs/common';
import { SearchConfig } from '../search.config.js';
import { PreferenceFiles } from '../userprefs/preference-files.js';
import { PreferenceReader } from '../userprefs/preference-reader.js';
import { Preferences } from '../userprefs/preferences.js';
import { GraphqlConfig } from './graphql.config.js';
import { GraphqlReaders } from './graphql-readers.js';
import { GraphqlService } from './graphql.service.js';
import { DocumentReader } from './reading/document-reader.js';
import { ImageLists } from './reading/image-lists.js';
import { ManifestFinder } from './reading/manifest-finder.js';

/** What answers zot's API. */
export const ZOT_PROVIDERS: readonly Provider[] = [
  { provide: GraphqlConfig, useFactory: ({ graphql }: SearchConfig) => graphql, inject: [SearchConfig] },
  DocumentReader,
  GraphqlReaders,
  GraphqlService,
  ImageLists,
  ManifestFinder,
  PreferenceFiles,
  PreferenceReader,
  Preferences,
];
