import { Injectable } from '@nestjs/common';
import type { RepositoryName, TagInfo } from '@berth/sdk';
import { type Insertable, sql, type Transaction } from 'kysely';
import type { ImagesTable, IndexTables } from '../tables/index-tables.js';
import { FullText } from '../dialect/full-text.js';
import { subjectOfTag } from './attached.js';
import { keyOf, type ManifestKey } from './manifest-key.js';
import { ManifestRelations } from './manifest-relations.js';
import { ManifestRows } from './manifest-rows.js';
import { versionKey } from './version-key.js';

type Tables = Transaction<IndexTables>;

/** Tags of one repository. */
export interface RepositoryTags {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly tags: readonly TagInfo[];
}

/** The tags, as images that are found. */
@Injectable()
export class ImageRows {
  constructor(
    private readonly manifests: ManifestRows,
    private readonly relations: ManifestRelations,
    private readonly text: FullText,
  ) {}

  /** Notes what tags point at, of manifests that are indexed. A tag of one that is not is left for when it is. */
  async put(tables: Tables, { repositoryId, repository, tags }: RepositoryTags, generation: number): Promise<void> {
    if (tags.length === 0) return;
    const keys = tags.map(({ digest }) => ({ repositoryId, digest }));
    const known = await this.manifests.known(tables, keys);
    const rows = tags.flatMap((info): Insertable<ImagesTable>[] => {
      const manifest = known.get(keyOf({ repositoryId, digest: info.digest }));
      if (!manifest) return [];
      return [
        {
          repository_id: repositoryId,
          manifest_id: manifest.id,
          name: nameOf(repository, info.tag),
          tag: info.tag,
          version: versionKey(info.tag) ?? null,
          pushed_at: info.movedAt,
          pushed_by: info.movedBy ?? null,
          size: 0,
          pulls: 0,
          is_aside: subjectOfTag(info.tag) === undefined ? 0 : 1,
          generation,
        },
      ];
    });
    if (rows.length === 0) return;
    const names = rows.map(({ name }) => name);
    const before = await tables
      .selectFrom('images')
      .select(['manifest_id', 'name'])
      .where('name', 'in', names)
      .execute();
    const written = await tables
      .insertInto('images')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet((e) => ({
          manifest_id: e.ref('excluded.manifest_id'),
          pushed_at: e.ref('excluded.pushed_at'),
          pushed_by: e.ref('excluded.pushed_by'),
          generation: e.ref('excluded.generation'),
        })),
      )
      .returning(['id', 'tag', 'name', 'manifest_id'])
      .execute();
    const former = new Map(before.map(({ name, manifest_id }) => [name, manifest_id]));
    const fresh = written.filter(({ name }) => !former.has(name));
    await this.text.put(
      tables,
      'image',
      fresh.map(({ id, tag }) => ({ id, words: tag ?? '' })),
    );
    const moved = written.filter(({ name, manifest_id }) => former.get(name) !== manifest_id);
    const touched = moved.flatMap(({ name, manifest_id }) => [manifest_id, ...[former.get(name) ?? []].flat()]);
    await this.#settle(tables, repositoryId, { manifestIds: touched, tags: moved.map(({ tag }) => tag) });
  }

  /** Forgets tags that are gone. */
  async remove(
    tables: Tables,
    { repositoryId, repository }: Omit<RepositoryTags, 'tags'>,
    tags: readonly string[],
  ): Promise<void> {
    if (tags.length === 0) return;
    const names = tags.map((tag) => nameOf(repository, tag));
    const rows = await tables.selectFrom('images').select('id').where('name', 'in', names).execute();
    await this.removeRows(
      tables,
      repositoryId,
      rows.map(({ id }) => id),
    );
  }

  /** Forgets rows of one repository. */
  async removeRows(tables: Tables, repositoryId: number, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const gone = await tables.deleteFrom('images').where('id', 'in', ids).returning(['manifest_id', 'tag']).execute();
    await this.text.remove(tables, 'image', ids);
    const manifestIds = gone.map(({ manifest_id }) => manifest_id);
    await this.#settle(tables, repositoryId, { manifestIds, tags: gone.map(({ tag }) => tag) });
  }

  /** What follows from a tag: how large its image is, whether a manifest has one, and that something is attached by it. */
  async #settle(
    tables: Tables,
    repositoryId: number,
    { manifestIds, tags }: { readonly manifestIds: readonly number[]; readonly tags: readonly ImagesTable['tag'][] },
  ): Promise<void> {
    if (manifestIds.length === 0) return;
    await tables
      .updateTable('images')
      .set({
        size: sql<number>`coalesce((select m.total_size from manifests as m where m.id = images.manifest_id), 0)`,
        pulls: sql<number>`coalesce((select m.pulls from manifests as m where m.id = images.manifest_id), 0)`,
      })
      .where('manifest_id', 'in', manifestIds)
      .execute();
    await this.relations.refreshUntagged(tables, manifestIds);
    const subjects = tags.flatMap((tag): ManifestKey[] => {
      const digest = tag === null ? undefined : subjectOfTag(tag);
      return digest === undefined ? [] : [{ repositoryId, digest }];
    });
    const held = await this.manifests.known(tables, subjects);
    await this.relations.count(
      tables,
      [...held.values()].map(({ id }) => id),
    );
  }
}

function nameOf(repository: RepositoryName, tag: string): string {
  return `${repository}:${tag}`;
}
