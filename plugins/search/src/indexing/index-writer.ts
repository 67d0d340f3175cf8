import { Injectable } from '@nestjs/common';
import { type Digest, type RepositoryInfo, type RepositoryName, type Tag, type TagInfo, TagStore } from '@berth/sdk';
import type { Transaction } from 'kysely';
import { IndexDatabase } from '../tables/index-database.js';
import type { IndexTables } from '../tables/index-tables.js';
import { IndexDialect } from '../dialect/index-dialect.js';
import { ImageRows } from './image-rows.js';
import type { ManifestContent } from './manifest-content.js';
import type { ManifestKey } from './manifest-key.js';
import { ManifestReader } from './manifest-reader.js';
import { ManifestRelations } from './manifest-relations.js';
import { ManifestRows } from './manifest-rows.js';
import { RepositoryRows } from './repository-rows.js';
import { UntaggedRows } from './untagged-rows.js';

type Tables = Transaction<IndexTables>;

/** What of one repository may not be as the index has it. */
export interface Doubt {
  readonly repository: RepositoryName;
  readonly digests: ReadonlySet<Digest>;
  readonly tags: ReadonlySet<Tag>;
}

export interface Settling {
  readonly generation: number;
  /** True: manifests that are indexed are read anew. */
  readonly isThorough?: boolean;
  /** True: which manifests have no tag is left for when the tags are known. */
  readonly defersUntagged?: boolean;
  /** Repositories of which all manifests and tags are known from now on: what hangs on that is found out. */
  readonly completes?: ReadonlySet<RepositoryName>;
  /** Runs with the last rows, in the same transaction. */
  readonly note?: (tables: Tables) => Promise<void>;
}

interface Truth {
  readonly info: RepositoryInfo;
  readonly contents: readonly ManifestContent[];
  readonly kept: readonly Digest[];
  readonly goneManifests: readonly Digest[];
  readonly tags: readonly TagInfo[];
  readonly goneTags: readonly Tag[];
}

/** Manifests of one repository that go at once. */
const REMOVED_AT_ONCE = 50;

/**
 * Makes the index say what is true now: it never applies a change, but asks what has become of what was changed. So nothing depends on
 * the order of changes, nor on how often one is told of.
 */
@Injectable()
export class IndexWriter {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: IndexDatabase,
    private readonly tags: TagStore,
    private readonly reader: ManifestReader,
    private readonly manifests: ManifestRows,
    private readonly relations: ManifestRelations,
    private readonly untagged: UntaggedRows,
    private readonly images: ImageRows,
    private readonly repositories: RepositoryRows,
    private readonly dialect: IndexDialect,
  ) {}

  /**
   * Runs `work` while nobody else writes. What is asked and what is written of it must be one step: otherwise a slow one could write what was
   * true before the last one wrote.
   */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    // Whoever gave the work is told; the next one waits for its end alone.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Asks what is true of all that is in doubt, and writes it in one transaction. To be called within `alone`. */
  async settle(doubts: readonly Doubt[], settling: Settling): Promise<void> {
    const truths: Truth[] = [];
    for (const doubt of doubts) {
      const info = await this.repositories.find(doubt.repository);
      if (info) truths.push(await this.#truthOf(info, doubt, settling));
      else await this.#removeRepository(doubt.repository);
    }
    await this.database.write(async (tables) => {
      if (truths.length > 0) await this.#put(tables, truths, settling);
      await settling.note?.(tables);
    });
  }

  async #truthOf(info: RepositoryInfo, doubt: Doubt, { isThorough = false }: Settling): Promise<Truth> {
    const [found, goneTags] = await this.#askTags(doubt);
    const digests = new Set([...doubt.digests, ...found.map(({ digest }) => digest)]);
    const known = isThorough ? new Map<Digest, boolean>() : await this.#knownOf(info.name, [...digests]);
    const [contents, kept, goneManifests]: [ManifestContent[], Digest[], Digest[]] = [[], [], []];
    for (const digest of digests) {
      const manifest = await this.reader.find(info.name, digest);
      if (manifest && known.get(digest) === true) {
        kept.push(digest);
        continue;
      }
      const content = manifest && (await this.reader.read(manifest));
      if (content) contents.push(content);
      else goneManifests.push(digest);
    }
    return { info, contents, kept, goneManifests, tags: found, goneTags };
  }

  async #askTags({ repository, tags }: Doubt): Promise<readonly [TagInfo[], Tag[]]> {
    const [found, gone]: [TagInfo[], Tag[]] = [[], []];
    for (const tag of tags) {
      const info = await this.tags.find(repository, tag);
      if (info) found.push(info);
      else gone.push(tag);
    }
    return [found, gone];
  }

  /** Whether all there is to know of each was read; those that are not indexed are missing. */
  async #knownOf(repository: RepositoryName, digests: readonly Digest[]): Promise<ReadonlyMap<Digest, boolean>> {
    if (digests.length === 0) return new Map();
    const rows = await this.database.lookups
      .selectFrom('manifests as m')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .select(['m.digest', 'm.is_config_read as isConfigRead'])
      .where('r.name', '=', repository)
      .where('m.digest', 'in', digests)
      .execute();
    return new Map(rows.map(({ digest, isConfigRead }) => [digest, isConfigRead === 1]));
  }

  async #put(tables: Tables, truths: readonly Truth[], settling: Settling): Promise<void> {
    const { generation, defersUntagged = false, completes } = settling;
    const infos = truths.map(({ info }) => info);
    const ids = await this.repositories.put(tables, infos, generation);
    const located = <Value>(valuesOf: (truth: Truth) => readonly Value[]) =>
      truths.flatMap((truth) => {
        const { name: repository } = truth.info;
        const repositoryId = ids.get(repository) ?? 0;
        return valuesOf(truth).map((value) => ({ repositoryId, repository, value }));
      });
    const keysOf = (valuesOf: (truth: Truth) => readonly Digest[]): readonly ManifestKey[] =>
      located(valuesOf).map(({ repositoryId, value: digest }) => ({ repositoryId, digest }));
    await this.removeManifests(
      tables,
      await this.#idsOf(
        tables,
        keysOf((truth) => truth.goneManifests),
      ),
    );
    const contents = located((truth) => truth.contents).map(({ repositoryId, value: content }) => ({
      repositoryId,
      content,
    }));
    const written = await this.manifests.put(tables, contents, generation);
    const kept = await this.#idsOf(
      tables,
      keysOf((truth) => truth.kept),
    );
    await this.manifests.keep(tables, kept, generation);
    await this.relations.put(tables, written, { defersUntagged });
    await this.images.remove(
      tables,
      located((truth) => truth.goneTags).map(({ value: tag, ...where }) => ({ ...where, tag })),
    );
    await this.images.put(
      tables,
      located((truth) => truth.tags).map(({ value: tag, ...where }) => ({ ...where, tag })),
      generation,
    );
    if (!defersUntagged) await this.untagged.refresh(tables, kept);
    const completed = infos.flatMap(({ name }) => (completes?.has(name) ? (ids.get(name) ?? []) : []));
    if (completed.length > 0) {
      await this.untagged.refreshOf(tables, completed);
      await this.repositories.recountPulls(tables, completed);
    }
    if (!defersUntagged) await this.repositories.date(tables, [...ids.values()]);
  }

  async #idsOf(tables: Tables, keys: readonly ManifestKey[]): Promise<readonly number[]> {
    return [...(await this.manifests.known(tables, keys)).values()].map(({ id }) => id);
  }

  /** Forgets manifests and their images. */
  async removeManifests(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const pulls = await tables
      .selectFrom('manifests')
      .select((e) => ['repository_id as repositoryId', e.fn.sum<number | string>('pulls').as('sum')])
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .groupBy('repository_id')
      .execute();
    for (const { repositoryId, sum } of pulls) await this.repositories.addPulls(tables, repositoryId, -Number(sum));
    const afterwards = await this.relations.beforeRemoval(tables, ids);
    await this.relations.removeImages(tables, ids);
    await this.manifests.remove(tables, ids);
    await afterwards();
  }

  /** Forgets images that a rebuild has not seen: tags that are gone. */
  removeImages(tables: Tables, ids: readonly number[]): Promise<void> {
    return this.images.removeRows(tables, ids);
  }

  /** In small steps: each leaves an index that says nothing wrong but of a repository that is gone. */
  async #removeRepository(name: RepositoryName): Promise<void> {
    const { id } =
      (await this.database.lookups
        .selectFrom('repositories')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirst()) ?? {};
    if (id === undefined) return;
    for (let isLeft = true; isLeft;) {
      isLeft = await this.database.write(async (tables) => {
        const rows = await tables
          .selectFrom('manifests')
          .select('id')
          .where('repository_id', '=', id)
          .limit(REMOVED_AT_ONCE)
          .execute();
        await this.removeManifests(
          tables,
          rows.map((row) => row.id),
        );
        if (rows.length < REMOVED_AT_ONCE) await this.repositories.remove(tables, id);
        return rows.length === REMOVED_AT_ONCE;
      });
    }
  }
}
