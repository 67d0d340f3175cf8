import type { AccessControl, Identity, PluginLogger, VulnerabilityScanner } from '@berth/sdk';
import type { ReadScope } from '../../read/read-scope.js';
import type { GraphqlReaders } from '../graphql-readers.js';
import type { PartLoaders } from '../reading/part-loaders.js';

/** What the fields of one request are resolved with. */
export interface QueryContext {
  readonly identity: Identity;
  /** What whoever asks may read: nothing else is read, counted, or told apart from what is not there. */
  readonly scope: ReadScope;
  readonly signal: AbortSignal;
  readonly maxResults: number;
  readonly readers: GraphqlReaders;
  readonly parts: PartLoaders;
  readonly access: AccessControl;
  readonly scanner: VulnerabilityScanner;
  readonly logger: PluginLogger;
}
