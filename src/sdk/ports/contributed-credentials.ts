import type { UpstreamCredentials } from '../plugin/upstream-credentials.js';

/** What plugins contribute as `upstreamCredentials`, under the names that configurations call them: for a plugin that logs in upstream. */
export abstract class ContributedCredentials {
  /** In byte order. Known while plugins are constructed. */
  abstract get names(): readonly string[];

  /** `undefined` where none is called so, and before the plugins have been constructed. */
  abstract find(name: string): UpstreamCredentials | undefined;
}
