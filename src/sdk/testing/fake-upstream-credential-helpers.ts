import type { UpstreamCredentials } from '../plugin/upstream-credentials.js';
import { UpstreamCredentialHelpers } from '../ports/upstream-credential-helpers.js';

/** Those that it is given. */
export class FakeUpstreamCredentialHelpers extends UpstreamCredentialHelpers {
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
