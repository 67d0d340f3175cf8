import { EXTENSION_KEYS } from './extension-keys.js';
import { HTTP_KEYS } from './http-keys.js';
import { built, type KeyTable, refusedSection, withoutEffect } from './key-rule.js';
import { STORAGE_KEYS } from './storage-keys.js';

const BUILD_INFO = 'the server knows what it was built from';
const CLUSTER =
  'spreading repositories over a list of members is not built: leave the key out and run one server per root directory';

/**
 * Every key that a configuration may hold: each one that zot v2.1 knows, and those that only Berth has. What is not in
 * here is unknown, and an unknown key is fatal. `docs/zot-compatibility.md` shows this table; a test compares the two.
 */
export const CONFIGURATION_KEYS: KeyTable = {
  distSpecVersion: built('1.1 is served whatever stands here', (value) =>
    typeof value === 'string' && !/^1\.1(\.|$)/.test(value)
      ? `version 1.1 of the distribution specification is served, not ${JSON.stringify(value)}`
      : undefined,
  ),
  goVersion: withoutEffect(BUILD_INFO),
  commit: withoutEffect(BUILD_INFO),
  releaseTag: withoutEffect(BUILD_INFO),
  binaryType: withoutEffect(BUILD_INFO),
  ...STORAGE_KEYS,
  ...HTTP_KEYS,
  log: built('what is written, and where'),
  'log.level': built(
    '`trace`, `debug`, `info`, `warn` (`warning`) or `error` (`fatal`, `panic`); default `info` (zot: `debug`)',
  ),
  'log.output': built('path of a file that takes the log; default standard output'),
  'log.audit': built('path of a file that takes every successful write and every refusal; default none'),
  scheduler: withoutEffect('there is no pool of workers to size'),
  'scheduler.numWorkers': withoutEffect('there is no pool of workers to size'),
  ...refusedSection('cluster', CLUSTER, ['members', 'hashKey', 'tls', 'tls.cert', 'tls.key', 'tls.cacert']),
  ...EXTENSION_KEYS,
};
