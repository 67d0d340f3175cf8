import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccessDeniedError, Clock, type Identity, RegistryError } from '@berth/sdk';
import { type ApiKeyRow, ApiKeys } from '../../metadata/api-keys.js';
import { hashOfKey, KEY_PREFIX } from './api-key-verifier.js';
import { parseApiKeyScope, SCOPE_FORM } from './api-key-scopes.js';

/** What a user asks a key to be. */
export interface WantedKey {
  readonly label: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch; absent: for as long as a key may live. */
  readonly expiresAt: number | undefined;
  readonly creatorAgent: string;
  /** How long a key may live, in milliseconds; absent: without end. */
  readonly maxLifetime: number | undefined;
  /** Whether a backend that can be asked for it knows the user. */
  readonly isKnown: (user: string) => Promise<boolean>;
}

const NO_KEY = 'API keys are for owners whose end is noticed';
const KEY_BYTES = 24;
/** So that a table of keys stays what a person can read. */
const KEYS_OF_ONE_USER = 1000;

/** Makes, lists and revokes API keys. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly keys: ApiKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * A new key of `owner`; it is shown this once.
   *
   * @throws RegistryError UNSUPPORTED (400) for a scope or an end that cannot be
   */
  async create(
    owner: Identity & { readonly user: string },
    wanted: WantedKey,
  ): Promise<{ readonly key: string; readonly row: ApiKeyRow }> {
    const now = this.clock.now();
    await this.#checkOwner(owner, wanted);
    checkScopes(wanted.scopes);
    const expiresAt = endOf(wanted, now);
    if ((await this.keys.of(owner.user)).length >= KEYS_OF_ONE_USER)
      throw invalid('there are too many keys of this user');
    const key = KEY_PREFIX + randomBytes(KEY_BYTES).toString('hex');
    const row: ApiKeyRow = {
      id: randomUUID(),
      hash: hashOfKey(key),
      owner: owner.user,
      ownerMethod: owner.method,
      ownerGroups: owner.groups,
      label: wanted.label,
      scopes: wanted.scopes,
      creatorAgent: wanted.creatorAgent,
      createdAt: now,
      expiresAt,
      lastUsed: undefined,
    };
    await this.keys.add(row);
    return { key, row };
  }

  /** A key is good for as long as its owner is there, so somebody must be able to tell that; or the key must end by itself. */
  async #checkOwner(owner: Identity & { readonly user: string }, { maxLifetime, isKnown }: WantedKey): Promise<void> {
    if (owner.method === 'oidc' || owner.method === 'bearer')
      throw new AccessDeniedError({ rule: NO_KEY, reason: 'a token ends, and a key made with it would not' });
    if (owner.method === 'mtls' && maxLifetime === undefined)
      throw new AccessDeniedError({
        rule: NO_KEY,
        reason: 'keys of those whom a certificate names need http.auth.apikeyMaxLifetime',
      });
    if (owner.method === 'basic' && !(await isKnown(owner.user)))
      throw new AccessDeniedError({
        rule: NO_KEY,
        reason: 'nobody could tell whether the owner of the key is still there',
      });
  }

  list(owner: string): Promise<readonly ApiKeyRow[]> {
    return this.keys.of(owner);
  }

  /** False where the user has no such key. */
  revoke(owner: string, id: string): Promise<boolean> {
    return this.keys.remove(owner, id);
  }

  /** How many there were. */
  revokeAll(owner: string): Promise<number> {
    return this.keys.removeAllOf(owner);
  }

  isExpired({ expiresAt = Infinity }: ApiKeyRow): boolean {
    return expiresAt <= this.clock.now();
  }
}

function checkScopes(scopes: readonly string[]): void {
  const wrong = scopes.find((scope) => !parseApiKeyScope(scope));
  if (wrong !== undefined) throw invalid(`the scope ${JSON.stringify(wrong)} is not ${SCOPE_FORM}`);
}

function endOf({ expiresAt, maxLifetime }: WantedKey, now: number): number | undefined {
  const latest = maxLifetime === undefined ? undefined : now + maxLifetime;
  if (expiresAt === undefined) return latest;
  if (expiresAt <= now) throw invalid('the expiration date has passed');
  if (latest !== undefined && expiresAt > latest) {
    throw invalid(`the expiration date is later than a key may live, which is until ${new Date(latest).toISOString()}`);
  }
  return expiresAt;
}

function invalid(message: string): RegistryError {
  return new RegistryError('UNSUPPORTED', { status: 400, message });
}
