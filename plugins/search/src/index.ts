import { definePlugin } from '@berth/sdk';
import { BaseResolver } from './compile/base-resolver.js';
import { ImageSearch } from './compile/image-search.js';
import { QueryCompiler } from './compile/query-compiler.js';
import { QueryRun } from './compile/query-run.js';
import { RepositoryResolver } from './compile/repository-resolver.js';
import { TermCompiler } from './compile/term-compiler.js';
import { DIALECT_PROVIDERS } from './dialect/dialect.providers.js';
import { ZOT_PROVIDERS } from './graphql/graphql.providers.js';
import { ChangeFollower } from './indexing/change-follower.js';
import { ConfigReader } from './indexing/config-reader.js';
import { ImageRows } from './indexing/image-rows.js';
import { IndexCare } from './indexing/index-care.js';
import { IndexGeneration } from './indexing/index-generation.js';
import { IndexJob } from './indexing/index.job.js';
import { IndexKeeper } from './indexing/index-keeper.js';
import { IndexMembers } from './indexing/index-members.js';
import { IndexWaker } from './indexing/index-waker.js';
import { IndexWriter } from './indexing/index-writer.js';
import { ManifestDescriptions } from './indexing/manifest-descriptions.js';
import { ManifestReader } from './indexing/manifest-reader.js';
import { ManifestRelations } from './indexing/manifest-relations.js';
import { ManifestRows } from './indexing/manifest-rows.js';
import { PullRecorder } from './indexing/pull-recorder.js';
import { PullRows } from './indexing/pull-rows.js';
import { Rebuild } from './indexing/rebuild.js';
import { RepositoryRows } from './indexing/repository-rows.js';
import { UntaggedRows } from './indexing/untagged-rows.js';
import { ImageReader } from './read/image-reader.js';
import { LayerReader } from './read/layer-reader.js';
import { MemberReader } from './read/member-reader.js';
import { ReadableRepositories } from './read/readable-repositories.js';
import { ReferrerReader } from './read/referrer-reader.js';
import { RepositoryFacets } from './read/repository-facets.js';
import { RepositoryNames } from './read/repository-names.js';
import { RepositoryReader } from './read/repository-reader.js';
import { SearchController } from './rest/search.controller.js';
import { ScannerNotice } from './scanner-notice.js';
import { SearchConfig } from './search.config.js';
import { IndexDatabase } from './tables/index-database.js';
import { indexMigrations } from './tables/index-migrations.js';
import { preferenceMigrations } from './userprefs/preference-migrations.js';
import { RepositoryEndListener } from './userprefs/repository-end.listener.js';
import { ZOT_ROUTES } from './zot-routes.js';

const INDEXING = [
  ChangeFollower,
  ConfigReader,
  ImageRows,
  IndexDatabase,
  IndexGeneration,
  IndexCare,
  IndexKeeper,
  IndexMembers,
  IndexWriter,
  ManifestDescriptions,
  ManifestReader,
  ManifestRelations,
  ManifestRows,
  PullRows,
  Rebuild,
  RepositoryRows,
  UntaggedRows,
];
const READING = [
  ImageReader,
  LayerReader,
  MemberReader,
  ReadableRepositories,
  ReferrerReader,
  RepositoryFacets,
  RepositoryNames,
  RepositoryReader,
];
const SEARCHING = [BaseResolver, ImageSearch, QueryCompiler, QueryRun, RepositoryResolver, TermCompiler];

export default definePlugin({
  name: 'search',
  description: 'Finds images by name, tag, digest, label, platform and whatever else is known of them',
  config: SearchConfig,
  migrations: { ...indexMigrations, ...preferenceMigrations },
  hasDerivedTables: true,
  providers: [...DIALECT_PROVIDERS, ...INDEXING, ...READING, ...SEARCHING, ...ZOT_PROVIDERS, ScannerNotice],
  hooks: {
    'manifest.pulled': PullRecorder,
    'manifest.pushed': IndexWaker,
    'manifest.deleted': IndexWaker,
    'tag.moved': IndexWaker,
    'tag.deleted': IndexWaker,
    'repository.deleted': [IndexWaker, RepositoryEndListener],
  },
  jobs: [IndexJob],
  routes: [SearchController, ...ZOT_ROUTES],
});
