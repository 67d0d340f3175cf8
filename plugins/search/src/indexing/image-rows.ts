import { Injectable } from '@nestjs/common';
import type { RepositoryName, TagInfo } from '@berth/sdk';
import type { Insertable, Transaction } from 'kysely';
import type { ImagesTable, IndexTables } from '../tables/index-tables.js';
import { FullText } from '../dialect/full-text.js';
import { IndexDialect } from '../dialect/index-dialect.js';
import { insertRows } from '../tables/insert-rows.js';
import { subjectOfTag } from './attached.js';
import { keyOf, type ManifestKey } from './manifest-key.js';
import { ManifestRelations } from './manifest-relations.js';
import { ManifestRows } from './manifest-rows.js';
import { UntaggedRows } from './untagged-rows.js';
import { versionKey } from './version-key.js';

type Tables = Transaction<IndexTables>;

/** A tag where it lies. */
export interface RepositoryTag<Info = TagInfo> {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly tag: Info;
}

/** A row that was changed, as far as others hang on it. */
interface Touched {
  readonly repositoryId: number;
  readonly manifestId: number;
  readonly tag: ImagesTable['tag'];
}

/** The tags, as images that are found. */
@Injectable()
export class ImageRows {
  constructor(
    private readonly manifests: ManifestRows,
    private readonly relations: ManifestRelations,
    private readonly untagged: UntaggedRows,
    private readonly text: FullText,
    private readonly dialect: IndexDialect,
  ) {}

  /** Notes what tags point at, of manifests that are indexed. A tag of one that is not is left for when it is. */
  async put(tables: Tables, tags: readonly RepositoryTag[], generation: number): Promise<void> {
    const rows = await this.#rowsOf(tables, tags, generation);
    if (rows.length === 0) return;
    const names = rows.map(({ name }) => name);
    const before = await tables
      .selectFrom('images')
      .select(['manifest_id', 'name'])
      .where((e) => this.dialect.isAmong(e.ref('name'), names))
      .execute();
    const written = await insertRows(tables, this.dialect, 'images', rows)
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet((e) => ({
          manifest_id: e.ref('excluded.manifest_id'),
          pushed_at: e.ref('excluded.pushed_at'),
          pushed_by: e.ref('excluded.pushed_by'),
          size: e.ref('excluded.size'),
          pulls: e.ref('excluded.pulls'),
          generation: e.ref('excluded.generation'),
        })),
      )
      .returning(['id', 'tag', 'name', 'manifest_id as manifestId', 'repository_id as repositoryId'])
      .execute();
    const former = new Map(before.map(({ name, manifest_id }) => [name, manifest_id]));
    const fresh = written.filter(({ name }) => !former.has(name));
    await this.text.put(
      tables,
      'image',
      fresh.map(({ id, tag }) => ({ id, words: tag ?? '' })),
    );
    const moved = written.filter(({ name, manifestId }) => former.get(name) !== manifestId);
    const left = moved.flatMap((row): Touched[] => {
      const manifestId = former.get(row.name);
      return manifestId === undefined ? [] : [{ ...row, manifestId }];
    });
    await this.#settle(tables, [...moved, ...left]);
  }

  async #rowsOf(
    tables: Tables,
    tags: readonly RepositoryTag[],
    generation: number,
  ): Promise<readonly Insertable<ImagesTable>[]> {
    if (tags.length === 0) return [];
    const known = await this.manifests.known(
      tables,
      tags.map(({ repositoryId, tag: { digest } }) => ({ repositoryId, digest })),
    );
    return tags.flatMap(({ repositoryId, repository, tag: info }) => {
      const manifest = known.get(keyOf({ repositoryId, digest: info.digest }));
      if (!manifest) return [];
      const row: Insertable<ImagesTable> = {
        repository_id: repositoryId,
        manifest_id: manifest.id,
        name: nameOf(repository, info.tag),
        tag: info.tag,
        version: versionKey(info.tag) ?? null,
        pushed_at: info.movedAt,
        pushed_by: info.movedBy ?? null,
        size: manifest.totalSize,
        pulls: manifest.pulls,
        is_aside: subjectOfTag(info.tag) === undefined ? 0 : 1,
        generation,
      };
      return [row];
    });
  }

  /** Forgets tags that are gone. */
  async remove(tables: Tables, tags: readonly RepositoryTag<string>[]): Promise<void> {
    if (tags.length === 0) return;
    const names = tags.map(({ repository, tag }) => nameOf(repository, tag));
    const rows = await tables
      .selectFrom('images')
      .select('id')
      .where((e) => this.dialect.isAmong(e.ref('name'), names))
      .execute();
    await this.removeRows(
      tables,
      rows.map(({ id }) => id),
    );
  }

  async removeRows(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const gone = await tables
      .deleteFrom('images')
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .returning(['manifest_id as manifestId', 'tag', 'repository_id as repositoryId'])
      .execute();
    await this.text.remove(tables, 'image', ids);
    await this.#settle(tables, gone);
  }

  /** What follows from a tag: whether a manifest has one, and that something is attached by it. */
  async #settle(tables: Tables, touched: readonly Touched[]): Promise<void> {
    if (touched.length === 0) return;
    await this.untagged.refresh(
      tables,
      touched.map(({ manifestId }) => manifestId),
    );
    const subjects = touched.flatMap(({ tag, repositoryId }): ManifestKey[] => {
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
