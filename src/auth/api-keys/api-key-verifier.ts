import { createHash } from 'node:crypto';
import { type AccessGrant, type Clock, type Credentials, type Identity, RegistryError } from '@berth/sdk';
import type { ApiKeyRow, ApiKeys } from '../../metadata/api-keys.js';
import type { CredentialChain } from '../credentials/credential-chain.js';
import type { SpecialPassword } from '../credentials/logins.js';
import { parseApiKeyScope } from './api-key-scopes.js';

/** Zot's keys begin so too. */
export const KEY_PREFIX = 'zak_';
const KEY = /^zak_[0-9a-f]{32,64}$/;

/** A use is written down so often, in milliseconds: a robot may pull a hundred layers a second. */
const NOTED_EVERY = 60_000;

/** Only this is kept of a key. It is random enough for a plain hash. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** API keys as passwords: good for what their scopes say of what their owner may, while the owner is there. */
export class ApiKeyVerifier implements SpecialPassword {
  constructor(
    private readonly keys: ApiKeys,
    private readonly chain: Pick<CredentialChain, 'lookup'>,
    private readonly clock: Clock,
  ) {}

  recognises(password: string): boolean {
    return KEY.test(password);
  }

  async verify({ user, password }: Credentials, signal: AbortSignal): Promise<Identity | undefined> {
    const key = await this.keys.findByHash(hashOfKey(password));
    if (key?.owner !== user || this.#isExpired(key)) return undefined;
    const groups = await this.#groupsOf(key, signal);
    // The directory may have taken seconds, in which the key was revoked.
    if (!groups || !(await this.isAlive(key.id))) return undefined;
    if (this.clock.now() - (key.lastUsed ?? 0) > NOTED_EVERY) await this.keys.used(key.id, this.clock.now(), groups);
    return Object.freeze({ user, groups, method: 'apiKey', credentialId: key.id, ...limitsOf(key) });
  }

  /** Whether the key still is one, for a token that was got with it. */
  async isAlive(id: string): Promise<boolean> {
    const key = await this.keys.find(id);
    return key !== undefined && !this.#isExpired(key);
  }

  #isExpired({ expiresAt = Infinity }: ApiKeyRow): boolean {
    return expiresAt <= this.clock.now();
  }

  /** Where nobody can tell, those of the last time count: robots go on while a directory is down, as its users do. */
  async #groupsOf(key: ApiKeyRow, signal: AbortSignal): Promise<readonly string[] | undefined> {
    // Whom a certificate or a token named, no backend knows.
    if (key.ownerMethod !== 'basic') return key.ownerGroups;
    const found = await this.chain.lookup(key.owner, signal);
    if (found.outcome === 'unknownUser') return undefined;
    return found.outcome === 'found' ? found.groups : key.ownerGroups;
  }
}

function limitsOf({ scopes }: ApiKeyRow): { readonly limits?: readonly AccessGrant[] } {
  if (scopes.length === 0) return {};
  const limits = scopes.map((scope) => {
    const grant = parseApiKeyScope(scope);
    if (!grant) throw new RegistryError('UNKNOWN', { message: 'an API key holds a scope that cannot be read' });
    return grant;
  });
  return { limits };
}
