import { Injectable } from '@nestjs/common';
import type { Digest, Origin, RepositoryName, Tag } from '@berth/sdk';
import type { Kysely } from 'kysely';
import { Database } from './database.js';
import type { Facts, Schema } from './schema.js';

export interface TagMove {
  readonly repositoryId: number;
  readonly tag: Tag;
  readonly manifestId: number;
  readonly actor: string | undefined;
  /** Absent: `pushed`. */
  readonly origin?: Origin;
  readonly at: number;
}

/** What a tag points at, since when, and who moved it there. */
export interface TagRow {
  readonly tag: Tag;
  readonly digest: Digest;
  readonly movedAt: number;
  readonly movedBy: string | null;
  /** What moved it there last. */
  readonly origin: Origin;
}

export interface TagTarget {
  readonly digest: Digest;
  readonly origin: Origin;
}

@Injectable()
export class Tags {
  readonly #byName;

  constructor(private readonly database: Database) {
    this.#byName = database.prepare<{ repository: RepositoryName; tag: Tag }, TagRow>((reader, { repository, tag }) =>
      tagRows(reader).where('r.name', '=', repository).where('t.name', '=', tag),
    );
  }

  find(repository: RepositoryName, tag: Tag): Promise<TagRow | undefined> {
    return this.#byName.first({ repository, tag });
  }

  /** Tags in byte order, after `after`; at most `limit`. */
  listRows(repository: RepositoryName, after: Tag | undefined, limit: number): Promise<TagRow[]> {
    return tagRows(this.database.reader)
      .where('r.name', '=', repository)
      .where('t.name', '>', after ?? ('' as Tag))
      .orderBy('t.name')
      .limit(limit)
      .execute();
  }

  /** What the tag points at, inside a transaction. */
  async digestOf(facts: Facts, repositoryId: number, tag: Tag): Promise<Digest | undefined> {
    return (await this.targetOf(facts, repositoryId, tag))?.digest;
  }

  /** As `digestOf`, with who moved it there. */
  targetOf(facts: Facts, repositoryId: number, tag: Tag): Promise<TagTarget | undefined> {
    return facts
      .selectFrom('tags as t')
      .innerJoin('manifests as m', 'm.id', 't.manifest_id')
      .select(['m.digest', 't.origin'])
      .where('t.repository_id', '=', repositoryId)
      .where('t.name', '=', tag)
      .executeTakeFirst();
  }

  /** What it pointed at before counts as seen from now on: it may be pulled by its digest still. */
  async move(facts: Facts, { repositoryId, tag, manifestId, actor, origin = 'pushed', at }: TagMove): Promise<void> {
    await facts
      .updateTable('manifests')
      .set({ last_seen: at })
      .where('id', 'in', (e) =>
        e.selectFrom('tags').select('manifest_id').where('repository_id', '=', repositoryId).where('name', '=', tag),
      )
      .execute();
    const target = { manifest_id: manifestId, moved_at: at, moved_by: actor ?? null, origin };
    await facts
      .insertInto('tags')
      .values({ repository_id: repositoryId, name: tag, ...target })
      .onConflict((conflict) => conflict.columns(['repository_id', 'name']).doUpdateSet(target))
      .execute();
  }

  /** False where there was no such tag. */
  async remove(facts: Facts, repositoryId: number, tag: Tag): Promise<boolean> {
    const { numDeletedRows } = await facts
      .deleteFrom('tags')
      .where('repository_id', '=', repositoryId)
      .where('name', '=', tag)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** Removes every tag of a manifest, and gives their names. */
  async removeAllOf(facts: Facts, manifestId: number): Promise<Tag[]> {
    const rows = await facts.deleteFrom('tags').where('manifest_id', '=', manifestId).returning('name').execute();
    return rows.map(({ name }) => name);
  }

  /** Names in byte order, after `last`; at most `limit`. */
  async list(repositoryId: number, { last, limit }: { last: string | undefined; limit: number }): Promise<Tag[]> {
    const rows = await this.database.reader
      .selectFrom('tags')
      .select('name')
      .where('repository_id', '=', repositoryId)
      .where('name', '>', (last ?? '') as Tag)
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }
}

function tagRows(reader: Kysely<Schema>) {
  return reader
    .selectFrom('repositories as r')
    .innerJoin('tags as t', 't.repository_id', 'r.id')
    .innerJoin('manifests as m', 'm.id', 't.manifest_id')
    .where('m.state', '=', 'present')
    .select(['t.name as tag', 'm.digest', 't.moved_at as movedAt', 't.moved_by as movedBy', 't.origin']);
}
