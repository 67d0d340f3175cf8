import { built, type KeyTable, refused, refusedSection, withoutEffect } from './key-rule.js';

const RETENTION =
  'retention is not built yet: leave the key out, and no tag is ever deleted by its age or count; ' +
  'unreferenced content is collected after storage.gcDelay';
const REDIRECT = 'blobs are sent by the server itself: leave the key out';
const TIME_WINDOW =
  'a time of day for collection is not built: leave the key out; collection runs in small steps that no push or pull ' +
  'waits for';
const STORAGE_DRIVER =
  'only the local file system is built: leave the key out, and the data lies under storage.rootDirectory';
const CACHE_DRIVER =
  'facts are kept in SQLite under storage.rootDirectory and no other database is built: leave the key out';

function dedupeCaution(value: unknown): string | undefined {
  return value === false ? 'one copy per digest is always kept; false has no effect' : undefined;
}

/** `storage` and what is in it. */
export const STORAGE_KEYS: KeyTable = {
  storage: built('where the data lies; may be left out'),
  'storage.rootDirectory': built('the folder that holds everything; default `./data`'),
  'storage.maxRepos': refused('a limit on repositories is not built yet: leave the key out', 0),
  'storage.dedupe': built('one copy per digest is always kept; default `true`', dedupeCaution),
  'storage.remoteCache': withoutEffect('there is no cache of digests that could lie elsewhere'),
  'storage.redirectBlobURL': refused(REDIRECT, false),
  'storage.gc': built('whether garbage is collected; default `true`'),
  'storage.commit': built('whether an answer waits until the bytes are on the disk; default `true` (zot: `false`)'),
  'storage.gcDelay': built('how old unreferenced content and stale uploads must be to be collected; default `1h`'),
  'storage.gcInterval': built('time from one collection to the next; default `1h`'),
  'storage.minFreeSpace': built(
    'not in zot: what stays free of the disk where upstreams are mirrored, as a share of it or a size: below it mirrored ' +
      'content is evicted before more is kept; `0`: nothing; default `5%`',
  ),
  'storage.gcTimeWindow': refused(TIME_WINDOW, ''),
  'storage.fastRestart': withoutEffect('no start reads the stored content again, so there is nothing to skip'),
  ...refusedSection('storage.retention', RETENTION, [
    'dryRun',
    'delay',
    'policies',
    'policies[].repositories',
    'policies[].deleteReferrers',
    'policies[].deleteUntagged',
    'policies[].keepTags',
    'policies[].keepTags[].patterns',
    'policies[].keepTags[].mostRecentlyPushedCount',
    'policies[].keepTags[].mostRecentlyPulledCount',
    'policies[].keepTags[].pulledWithin',
    'policies[].keepTags[].pushedWithin',
    'policies[].keepUntagged',
    'policies[].keepUntagged.mostRecentlyPushedCount',
    'policies[].keepUntagged.pulledWithin',
  ]),
  'storage.stores': built('stores beside the default one, by name, for `storage` of an upstream to name; not in zot'),
  'storage.stores.<name>': built('a store; it goes by `gc`, `gcDelay`, `gcInterval` and `commit` of `storage`'),
  'storage.stores.<name>.rootDirectory': built('the folder of its bytes, apart from all others'),
  'storage.subPaths': built(
    'stores by the start of the name of a repository: `/a` for what lies below `a`, `/a/b` too (zot: the first component ' +
      'alone); the longest decides; `/` for names without a slash',
  ),
  'storage.subPaths.<route>': built('a store; it has no facts of its own, these lie in `storage.rootDirectory`'),
  'storage.subPaths.<route>.rootDirectory': built('the folder of its bytes, apart from all others'),
  'storage.subPaths.<route>.maxRepos': refused('a limit on repositories is not built yet: leave the key out', 0),
  'storage.subPaths.<route>.dedupe': built(
    'one copy per digest is always kept within a store, and none is shared between stores',
    dedupeCaution,
  ),
  'storage.subPaths.<route>.remoteCache': withoutEffect('there is no cache of digests that could lie elsewhere'),
  'storage.subPaths.<route>.redirectBlobURL': refused(REDIRECT, false),
  'storage.subPaths.<route>.gc': built('whether garbage is collected; default `false`, as in zot'),
  'storage.subPaths.<route>.commit': built(
    'whether an answer waits until the bytes are on the disk; default `true` (zot: `false`)',
  ),
  'storage.subPaths.<route>.gcDelay': built('as `storage.gcDelay`; default `1h`'),
  'storage.subPaths.<route>.gcInterval': built('as `storage.gcInterval`; default `1h`'),
  'storage.subPaths.<route>.gcTimeWindow': refused(TIME_WINDOW, ''),
  'storage.subPaths.<route>.fastRestart': withoutEffect(
    'no start reads the stored content again, so there is nothing to skip',
  ),
  'storage.subPaths.<route>.retention': refused(RETENTION),
  'storage.subPaths.<route>.storageDriver': refused(
    'only the local file system is built: leave the key out, and the data lies under the rootDirectory beside it',
  ),
  'storage.subPaths.<route>.cacheDriver': refused(CACHE_DRIVER),
  ...refusedSection('storage.storageDriver', STORAGE_DRIVER, [
    'name',
    'region',
    'regionendpoint',
    'bucket',
    'rootdirectory',
    'accesskey',
    'secretkey',
    'secure',
    'skipverify',
    'forcepathstyle',
    'credentialsFile',
    'accountname',
    'container',
    'accountkey',
    'credentials',
    'credentials.type',
    'credentials.tenantid',
    'credentials.clientid',
    'credentials.secret',
  ]),
  ...refusedSection('storage.cacheDriver', CACHE_DRIVER, [
    'name',
    'endpoint',
    'region',
    'cacheTablename',
    'repoMetaTablename',
    'imageMetaTablename',
    'repoBlobsInfoTablename',
    'userDataTablename',
    'apiKeyTablename',
    'versionTablename',
    'url',
    'addr',
    'keyprefix',
    'client_name',
    'db',
    'protocol',
    'username',
    'password',
    'sentinel_username',
    'sentinel_password',
    'max_retries',
    'min_retry_backoff',
    'max_retry_backoff',
    'dial_timeout',
    'read_timeout',
    'write_timeout',
    'context_timeout_enabled',
    'pool_fifo',
    'pool_size',
    'pool_timeout',
    'min_idle_conns',
    'max_idle_conns',
    'max_active_conns',
    'conn_max_idle_time',
    'conn_max_lifetime',
    'max_redirects',
    'read_only',
    'route_by_latency',
    'route_randomly',
    'master_name',
    'disable_identity',
    'identity_suffix',
    'unstable_resp3',
  ]),
};
