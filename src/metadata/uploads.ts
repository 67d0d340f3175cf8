import { Injectable } from '@nestjs/common';
import type { Digest, DigestAlgorithm, RepositoryName } from '@berth/sdk';
import { Database } from './database.js';
import type { Facts } from './schema.js';

export interface UploadRow {
  readonly id: string;
  readonly repository: RepositoryName;
  readonly store: string;
  readonly algorithm: DigestAlgorithm;
}

export interface NewUpload extends UploadRow {
  readonly actor: string | undefined;
  readonly at: number;
  /** The blob that is fetched from an upstream; absent: a push, which says it at its end. */
  readonly digest?: Digest;
}

export interface StaleUploads {
  readonly before: number;
  readonly stores: readonly string[];
  readonly after: string;
  readonly limit: number;
}

/** Pushes in progress. */
@Injectable()
export class Uploads {
  constructor(private readonly database: Database) {}

  async start(facts: Facts, { id, repository, store, algorithm, actor, at, digest }: NewUpload): Promise<void> {
    const times = { started_at: at, last_seen: at };
    await facts
      .insertInto('uploads')
      .values({ id, repository, store, algorithm, ...times, actor: actor ?? null, digest: digest ?? null })
      .execute();
  }

  /** Uploads that were to bring `digest` from an upstream into `repository`, the newest first. */
  fillsOf(repository: RepositoryName, digest: Digest): Promise<Pick<UploadRow, 'id' | 'store'>[]> {
    return this.database.reader
      .selectFrom('uploads')
      .select(['id', 'store'])
      .where('digest', '=', digest)
      .where('repository', '=', repository)
      .orderBy('last_seen', 'desc')
      .orderBy('id')
      .execute();
  }

  find(repository: RepositoryName, id: string): Promise<UploadRow | undefined> {
    return this.database.reader
      .selectFrom('uploads')
      .select(['id', 'repository', 'store', 'algorithm'])
      .where('id', '=', id)
      .where('repository', '=', repository)
      .executeTakeFirst();
  }

  /** Marks it as just seen; false where it has gone. */
  async touch(facts: Facts, id: string, at: number): Promise<boolean> {
    const { numUpdatedRows } = await facts
      .updateTable('uploads')
      .set({ last_seen: at })
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** False where it was gone already. */
  async remove(facts: Facts, id: string): Promise<boolean> {
    const { numDeletedRows } = await facts.deleteFrom('uploads').where('id', '=', id).executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** Uploads into one of `stores` not seen since `before`, with ids after `after`, at most `limit`, in order. */
  stale({ before, stores, after, limit }: StaleUploads): Promise<UploadRow[]> {
    return this.database.reader
      .selectFrom('uploads')
      .select(['id', 'repository', 'store', 'algorithm'])
      .where('last_seen', '<', before)
      .where('store', 'in', stores)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /** False where it was seen since `before`, or is gone. */
  async removeStale(facts: Facts, id: string, before: number): Promise<boolean> {
    const { numDeletedRows } = await facts
      .deleteFrom('uploads')
      .where('id', '=', id)
      .where('last_seen', '<', before)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** Those of `ids` that are uploads still. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.reader.selectFrom('uploads').select('id').where('id', 'in', ids).execute();
    return new Set(rows.map(({ id }) => id));
  }
}
