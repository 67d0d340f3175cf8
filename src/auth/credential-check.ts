import type { Credentials, Identity } from '@berth/sdk';

/** From where somebody tries to log in, and until when they wait. */
export interface LoginAttempt {
  /** Of the client, as far as proxies are trusted. */
  readonly address: string;
  readonly signal: AbortSignal;
}

/** Whether a user and a password are right, whoever knows them: backends, API keys, tokens that are sent as a password. */
export abstract class CredentialCheck {
  /**
   * Who it is; `undefined` where user and password do not go together.
   *
   * @throws RegistryError TOOMANYREQUESTS after too many failures, UNAVAILABLE where nobody can tell now
   */
  abstract check(credentials: Credentials, attempt: LoginAttempt): Promise<Identity | undefined>;
}
