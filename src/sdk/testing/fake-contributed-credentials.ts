import type { UpstreamCredentials } from '../plugin/upstream-credentials.js';
import { ContributedCredentials } from '../ports/contributed-credentials.js';

/** Those that it is given. */
export class FakeContributedCredentials extends ContributedCredentials {
  constructor(private readonly helpers: Readonly<Record<string, UpstreamCredentials>> = {}) {
    super();
  }

  get names(): readonly string[] {
    return Object.keys(this.helpers).sort();
  }

  find(name: string): UpstreamCredentials | undefined {
    return this.helpers[name];
  }
}
