import { type Credentials, type Identity, type Notifier, RegistryError } from '@berth/sdk';
import type { CredentialCheck, LoginAttempt } from '../credential-check.js';
import type { CredentialChain } from './credential-chain.js';
import type { LoginThrottle } from './login-throttle.js';
import { faultOfCredentials } from './plain-credentials.js';
import type { RememberedCredentials } from './remembered-credentials.js';

/** Somebody who knows passwords of one kind by their form: an API key, a token that is sent as a password. */
export interface SpecialPassword {
  /** True where `password` is one of this kind, so that nobody else is asked. */
  recognises(password: string): boolean;
  /** @throws RegistryError UNAVAILABLE where nobody can tell now */
  verify(credentials: Credentials, signal: AbortSignal): Promise<Identity | undefined>;
}

export interface LoginParts {
  readonly chain: CredentialChain;
  readonly special: readonly SpecialPassword[];
  readonly remembered: RememberedCredentials;
  readonly throttle: LoginThrottle;
  readonly notifier: Notifier;
}

/** How long a verification may take that somebody still waits for, in milliseconds: longer than any backend takes by itself. */
const VERIFICATION_TIME = 60_000;

/** Checks users and passwords: what was right a short time ago is remembered, and what is being checked is checked once for all. */
export class Logins implements CredentialCheck {
  readonly #running = new Map<string, Promise<Identity | undefined>>();

  constructor(private readonly parts: LoginParts) {}

  async check(credentials: Credentials, { address }: LoginAttempt): Promise<Identity | undefined> {
    const { remembered, throttle } = this.parts;
    const { user, password } = credentials;
    const key = remembered.keyOf(`${user}\0${password}`);
    const known = remembered.get(key);
    if (known) return known;
    throttle.admit(user, address);
    const identity = faultOfCredentials(credentials) ? undefined : await this.#verifyOnce(key, credentials);
    if (identity) throttle.succeeded(user);
    else await throttle.failed(user, address);
    return identity;
  }

  /** Fifty layers of an image come with the same password at once. Who goes away does not end it for the others. */
  #verifyOnce(key: string, credentials: Credentials): Promise<Identity | undefined> {
    let running = this.#running.get(key);
    if (!running) {
      running = this.#verify(credentials, AbortSignal.timeout(VERIFICATION_TIME)).finally(() =>
        this.#running.delete(key),
      );
      this.#running.set(key, running);
    }
    return running.then((identity) => {
      // Under a key that `forget` has changed since, this is never found again.
      if (identity) this.parts.remembered.put(key, identity);
      return identity;
    });
  }

  async #verify(credentials: Credentials, signal: AbortSignal): Promise<Identity | undefined> {
    const special = this.parts.special.find((kind) => kind.recognises(credentials.password));
    const identity = await (special ? special.verify(credentials, signal) : this.#askChain(credentials, signal));
    if (identity) this.parts.notifier.notify('auth.succeeded', { method: identity.method }, { actor: identity.user });
    return identity;
  }

  async #askChain(credentials: Credentials, signal: AbortSignal): Promise<Identity | undefined> {
    const result = await this.parts.chain.verify(credentials, signal);
    switch (result.outcome) {
      case 'accepted':
        return Object.freeze({ user: result.user, groups: Object.freeze([...result.groups]), method: 'basic' });
      case 'rejected':
      case 'unknownUser':
        return undefined;
      case 'unavailable':
        throw new RegistryError('UNAVAILABLE', {
          message: 'nobody can tell now whether user and password go together',
          headers: { 'Retry-After': '5' },
        });
    }
  }
}
