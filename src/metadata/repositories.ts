import { Injectable } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import type { ExpressionBuilder } from 'kysely';
import { Changes } from './changes.js';
import { Database } from './database.js';
import type { Facts, Schema } from './schema.js';

export interface RepositoryRow {
  readonly id: number;
  readonly store: string;
  /** What it mirrors; `null` for a repository whose first content was pushed. */
  readonly upstream: string | null;
}

export interface NamedRepositoryRow extends RepositoryRow {
  readonly name: RepositoryName;
  readonly createdAt: number;
  /** Bytes of the blobs that it holds. */
  readonly heldBytes: number;
}

const ROW = ['id', 'store', 'upstream'] as const;

export interface NewRepository {
  readonly name: RepositoryName;
  /** Where its bytes are to lie. */
  readonly store: string;
  /** What it is to mirror; absent: nothing. */
  readonly upstream?: string | undefined;
  readonly actor: string | undefined;
  readonly at: number;
}

export interface RepositoryWindow {
  readonly stores: readonly string[];
  readonly after: number;
  readonly limit: number;
}

@Injectable()
export class Repositories {
  readonly #byName;

  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {
    this.#byName = database.prepare<{ name: RepositoryName }, RepositoryRow>((reader, { name }) =>
      reader.selectFrom('repositories').select(ROW).where('name', '=', name),
    );
  }

  find(name: RepositoryName): Promise<RepositoryRow | undefined> {
    return this.#byName.first({ name });
  }

  /** True where the repository exists and mirrors nothing. */
  async isLocal(name: RepositoryName): Promise<boolean> {
    const row = await this.database.reader
      .selectFrom('repositories')
      .select('upstream')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.upstream === null;
  }

  /** True where the repository mirrors an upstream. */
  async isMirrored(name: RepositoryName): Promise<boolean> {
    const row = await this.database.reader
      .selectFrom('repositories')
      .select('upstream')
      .where('name', '=', name)
      .executeTakeFirst();
    return typeof row?.upstream === 'string';
  }

  findIn(facts: Facts, name: RepositoryName): Promise<RepositoryRow | undefined> {
    return facts.selectFrom('repositories').select(ROW).where('name', '=', name).executeTakeFirst();
  }

  /** The repository of that name, made where there is none yet. Its store and its upstream are fixed from then on. */
  async ensure(
    facts: Facts,
    { name, store, upstream, actor, at }: NewRepository,
  ): Promise<RepositoryRow & { readonly created: boolean }> {
    const known = await this.findIn(facts, name);
    if (known) return { ...known, created: false };
    const made = await facts
      .insertInto('repositories')
      .values({ name, store, upstream: upstream ?? null, created_at: at })
      .returning(ROW)
      .executeTakeFirstOrThrow();
    await this.changes.record(facts, { at, kind: 'repository.created', repository: name, actor });
    return { ...made, created: true };
  }

  /** All repositories in byte order, after `after`; at most `limit`. */
  listRows(after: RepositoryName | undefined, limit: number): Promise<NamedRepositoryRow[]> {
    return this.database.reader
      .selectFrom('repositories')
      .select([...ROW, 'name', 'created_at as createdAt', 'held_bytes as heldBytes'])
      .where('name', '>', after ?? ('' as RepositoryName))
      .orderBy('name')
      .limit(limit)
      .execute();
  }

  /** The stores that repositories belong to. */
  async storesInUse(): Promise<string[]> {
    const rows = await this.database.reader.selectFrom('repositories').select('store').distinct().execute();
    return rows.map(({ store }) => store).sort();
  }

  /** Names of repositories of a store, in no order that means anything; at most `limit`. */
  async namesIn(store: string, limit: number): Promise<RepositoryName[]> {
    const rows = await this.database.reader
      .selectFrom('repositories')
      .select('name')
      .where('store', '=', store)
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }

  async findNamed(name: RepositoryName): Promise<NamedRepositoryRow | undefined> {
    return this.database.reader
      .selectFrom('repositories')
      .select([...ROW, 'name', 'created_at as createdAt', 'held_bytes as heldBytes'])
      .where('name', '=', name)
      .executeTakeFirst();
  }

  /** Names of repositories that hold a manifest, in byte order, after `last`; at most `limit`. */
  async list({ last, limit }: { last: string | undefined; limit: number }): Promise<RepositoryName[]> {
    const rows = await this.database.reader
      .selectFrom('repositories')
      .select('name')
      .where('name', '>', (last ?? '') as RepositoryName)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('manifests').select('id').whereRef('repository_id', '=', 'repositories.id')),
      )
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }

  /** Ids of those of `stores` after `after`, at most `limit`, in order: a window for `removeEmpty`. */
  async ids({ stores, after, limit }: RepositoryWindow): Promise<number[]> {
    const rows = await this.database.reader
      .selectFrom('repositories')
      .select('id')
      .where('id', '>', after)
      .where('store', 'in', stores)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Those of `ids` that hold nothing any more. */
  async empty(ids: readonly number[]): Promise<number[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.reader
      .selectFrom('repositories')
      .select('id')
      .where('id', 'in', ids)
      .where(holdsNothing)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Removes those of `ids` that hold nothing any more, and gives their names. */
  async removeEmpty(facts: Facts, ids: readonly number[], at: number): Promise<RepositoryName[]> {
    if (ids.length === 0) return [];
    const empty = facts.selectFrom('repositories').select('id').where('id', 'in', ids).where(holdsNothing);
    await facts.deleteFrom('pull_statistics').where('repository_id', 'in', empty).execute();
    const gone = await facts
      .deleteFrom('repositories')
      .where('id', 'in', ids)
      .where(holdsNothing)
      .returning('name')
      .execute();
    for (const { name } of gone) {
      await this.changes.record(facts, { at, kind: 'repository.deleted', repository: name, actor: undefined });
    }
    return gone.map(({ name }) => name);
  }
}

function holdsNothing({ and, not, exists, selectFrom }: ExpressionBuilder<Schema, 'repositories'>) {
  return and([
    not(exists(selectFrom('manifests').select('manifests.id').whereRef('repository_id', '=', 'repositories.id'))),
    not(exists(selectFrom('memberships').select('digest').whereRef('repository_id', '=', 'repositories.id'))),
  ]);
}
