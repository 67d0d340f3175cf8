import { Injectable } from '@nestjs/common';
import type { AuthMethod } from '@berth/sdk';
import type { Selectable } from 'kysely';
import { Database } from './database.js';
import type { ApiKeysTable } from './schema.js';

/** A key as it is kept. Times are milliseconds since the epoch. */
export interface ApiKeyRow {
  readonly id: string;
  /** SHA-256 of the key, hexadecimal. */
  readonly hash: string;
  readonly owner: string;
  /** How the owner was known when the key was made. */
  readonly ownerMethod: AuthMethod;
  /** As they were last known. */
  readonly ownerGroups: readonly string[];
  readonly label: string;
  /** As they were written. None: the key is good for all that its owner may. */
  readonly scopes: readonly string[];
  readonly creatorAgent: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly lastUsed: number | undefined;
}

/** What a crash loses of it is when a key was last used. */
const NOT_DURABLE = { durable: false };

/** The keys that users have made for their robots. */
@Injectable()
export class ApiKeys {
  constructor(private readonly database: Database) {}

  async add(key: ApiKeyRow): Promise<void> {
    await this.database.transaction(async (facts) => {
      await facts.insertInto('api_keys').values(columnsOf(key)).execute();
    });
  }

  async findByHash(hash: string): Promise<ApiKeyRow | undefined> {
    return this.#find('hash', hash);
  }

  async find(id: string): Promise<ApiKeyRow | undefined> {
    return this.#find('id', id);
  }

  /** Oldest first. */
  async of(owner: string): Promise<readonly ApiKeyRow[]> {
    const rows = await this.database.reader
      .selectFrom('api_keys')
      .selectAll()
      .where('owner', '=', owner)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(rowOf);
  }

  /** Takes one key of `owner` away. False where there is no such key. */
  async remove(owner: string, id: string): Promise<boolean> {
    return this.database.transaction(async (facts) => {
      const { numDeletedRows } = await facts
        .deleteFrom('api_keys')
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }

  /** Takes all keys of `owner` away, and says how many there were. */
  async removeAllOf(owner: string): Promise<number> {
    return this.database.transaction(async (facts) => {
      const { numDeletedRows } = await facts.deleteFrom('api_keys').where('owner', '=', owner).executeTakeFirst();
      return Number(numDeletedRows);
    });
  }

  /** Notes that a key was used, and in which groups its owner was then. */
  async used(id: string, at: number, ownerGroups: readonly string[]): Promise<void> {
    await this.database.transaction(async (facts) => {
      await facts
        .updateTable('api_keys')
        .set({ last_used: at, owner_groups: JSON.stringify(ownerGroups) })
        .where('id', '=', id)
        .execute();
    }, NOT_DURABLE);
  }

  async #find(column: 'id' | 'hash', value: string): Promise<ApiKeyRow | undefined> {
    const row = await this.database.reader
      .selectFrom('api_keys')
      .selectAll()
      .where(column, '=', value)
      .executeTakeFirst();
    return row && rowOf(row);
  }
}

function columnsOf(key: ApiKeyRow): Selectable<ApiKeysTable> {
  return {
    id: key.id,
    hash: key.hash,
    owner: key.owner,
    owner_method: key.ownerMethod,
    owner_groups: JSON.stringify(key.ownerGroups),
    label: key.label,
    scopes: JSON.stringify(key.scopes),
    creator_agent: key.creatorAgent,
    created_at: key.createdAt,
    expires_at: key.expiresAt ?? null,
    last_used: key.lastUsed ?? null,
  };
}

function rowOf(row: Selectable<ApiKeysTable>): ApiKeyRow {
  return {
    id: row.id,
    hash: row.hash,
    owner: row.owner,
    ownerMethod: row.owner_method,
    ownerGroups: JSON.parse(row.owner_groups) as string[],
    label: row.label,
    scopes: JSON.parse(row.scopes) as string[],
    creatorAgent: row.creator_agent,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsed: row.last_used ?? undefined,
  };
}
