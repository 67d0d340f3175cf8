import { Injectable } from '@nestjs/common';
import { ImageReader } from '../read/image-reader.js';
import { LayerReader } from '../read/layer-reader.js';
import { MemberReader } from '../read/member-reader.js';
import { ReferrerReader } from '../read/referrer-reader.js';
import { RepositoryReader } from '../read/repository-reader.js';
import { PreferenceReader } from '../userprefs/preference-reader.js';
import { DocumentReader } from './reading/document-reader.js';
import { ImageLists } from './reading/image-lists.js';
import { ManifestFinder } from './reading/manifest-finder.js';

/** All that fields are read with. */
@Injectable()
export class GraphqlReaders {
  constructor(
    readonly lists: ImageLists,
    readonly images: ImageReader,
    readonly manifests: ManifestFinder,
    readonly layers: LayerReader,
    readonly repositories: RepositoryReader,
    readonly preferences: PreferenceReader,
    readonly documents: DocumentReader,
    readonly members: MemberReader,
    readonly referrers: ReferrerReader,
  ) {}
}
