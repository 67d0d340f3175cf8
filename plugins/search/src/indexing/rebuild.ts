import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  Clock,
  ManifestStore,
  PluginLogger,
  RepositoryCatalog,
  type RepositoryName,
  type Tag,
  TagStore,
} from '@berth/sdk';
import type { Transaction } from 'kysely';
import { IndexDatabase } from '../tables/index-database.js';
import type { IndexTables } from '../tables/index-tables.js';
import { createSearchIndex, SEARCH_INDEX_NAMES, type SearchIndex } from '../tables/search-indexes.js';
import { IndexGeneration } from './index-generation.js';
import { readState, type RebuildProgress, writeState } from './index-state.js';
import { type Doubt, IndexWriter } from './index-writer.js';

/** Of one step, between which others have their turn: some tens of milliseconds. */
const MANIFESTS_AT_ONCE = 100;
const TAGS_AT_ONCE = 100;
const REPOSITORIES_AT_ONCE = 20;
const SWEPT_AT_ONCE = 50;

interface TagPage {
  readonly doubts: readonly Doubt[];
  /** Repositories of which these are the last tags. */
  readonly completes: ReadonlySet<RepositoryName>;
  /** Where to go on; `undefined` at the end. */
  readonly after: string | undefined;
}

/**
 * Looks at everything there is, in small steps between which others have their turn, and then forgets the rows that it has not seen. The
 * index can be searched all the while, and follows what changes.
 */
@Injectable()
export class Rebuild {
  constructor(
    private readonly database: IndexDatabase,
    private readonly generation: IndexGeneration,
    private readonly writer: IndexWriter,
    private readonly manifests: ManifestStore,
    private readonly catalog: RepositoryCatalog,
    private readonly tags: TagStore,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
  ) {}

  /** Goes on with the rebuild that is due, if one is, to its end. */
  async run(signal: AbortSignal): Promise<void> {
    const { rebuild } = await this.generation.state();
    if (!rebuild) return;
    this.logger.info('the search index is being rebuilt', { reason: rebuild.reason, stage: rebuild.stage });
    let progress: RebuildProgress | undefined = rebuild;
    while (progress) {
      signal.throwIfAborted();
      progress = await this.#step(progress);
      // Another one was demanded meanwhile, which begins from the beginning.
      if (progress && progress.generation !== this.generation.current)
        ({ rebuild: progress } = await this.generation.state());
      await turn();
    }
    this.logger.info('the search index is whole', { seconds: (this.clock.now() - rebuild.startedAt) / 1000 });
  }

  #step(progress: RebuildProgress): Promise<RebuildProgress | undefined> {
    switch (progress.stage) {
      case 'manifests':
        return this.#manifestStep(progress);
      case 'repositories':
        return this.#repositoryStep(progress);
      case 'sweep':
        return this.#sweepStep(progress);
      case 'indexes':
        return this.#indexStep(progress);
    }
  }

  /** A page of manifests, by repository. */
  #manifestStep(progress: RebuildProgress): Promise<RebuildProgress> {
    return this.writer.alone(async () => {
      const page = await this.manifests.scan(progress.after, MANIFESTS_AT_ONCE);
      const next: RebuildProgress =
        page.next === undefined ? stageOf(progress, 'repositories') : { ...progress, after: page.next };
      const doubts = [...Map.groupBy(page.manifests, ({ repository }) => repository)].map(([repository, infos]) => ({
        repository,
        digests: new Set(infos.map(({ digest }) => digest)),
        tags: new Set<Tag>(),
      }));
      const { generation, isThorough } = progress;
      await this.writer.settle(doubts, { generation, isThorough, defersUntagged: true, note: noteOf(next) });
      return next;
    });
  }

  /** The tags of some repositories, or the next ones of a repository that has many. */
  #repositoryStep(progress: RebuildProgress): Promise<RebuildProgress> {
    const { generation } = progress;
    return this.writer.alone(async () => {
      const { doubts, completes, after } = await this.#nextTags(progress.after);
      const next = after === undefined ? stageOf(progress, 'sweep') : { ...progress, after };
      await this.writer.settle(doubts, { generation, completes, note: noteOf(next) });
      return next;
    });
  }

  async #nextTags(after: string | undefined): Promise<TagPage> {
    const [name, last] = placeOf(after);
    const listed = await this.catalog.list(name, REPOSITORIES_AT_ONCE);
    const names = [...(name !== undefined && last !== undefined ? [name] : []), ...listed.map((info) => info.name)];
    const doubts: Doubt[] = [];
    let count = 0;
    for (const [at, repository] of names.entries()) {
      const page = await this.tags.list(repository, at === 0 && repository === name ? last : undefined, TAGS_AT_ONCE);
      doubts.push({ repository, digests: new Set(), tags: new Set(page.map(({ tag }) => tag)) });
      count += page.length;
      const end = page.length === TAGS_AT_ONCE ? page.at(-1)?.tag : undefined;
      const done = doubts.map((doubt) => doubt.repository);
      if (end !== undefined) return { doubts, completes: new Set(done.slice(0, -1)), after: `${repository}:${end}` };
      if (count >= TAGS_AT_ONCE) return { doubts, completes: new Set(done), after: repository };
    }
    return { doubts, completes: new Set(names), after: names.at(-1) };
  }

  /** What was not seen is gone. */
  #sweepStep(progress: RebuildProgress): Promise<RebuildProgress | undefined> {
    const { generation } = progress;
    return this.writer.alone(() =>
      this.database.write(async (tables) => {
        const manifests = await tables
          .selectFrom('manifests')
          .select('id')
          .where('generation', '<', generation)
          .limit(SWEPT_AT_ONCE)
          .execute();
        await this.writer.removeManifests(
          tables,
          manifests.map(({ id }) => id),
        );
        if (manifests.length === SWEPT_AT_ONCE) return progress;
        const images = await tables
          .selectFrom('images')
          .select('id')
          .where('generation', '<', generation)
          .limit(SWEPT_AT_ONCE)
          .execute();
        await this.writer.removeImages(
          tables,
          images.map(({ id }) => id),
        );
        if (images.length === SWEPT_AT_ONCE) return progress;
        await tables.deleteFrom('repositories').where('generation', '<', generation).execute();
        const next = stageOf(progress, 'indexes');
        await noteOf(next)(tables);
        return next;
      }),
    );
  }

  /** One index at a time: each takes some seconds where there is much. */
  #indexStep(progress: RebuildProgress): Promise<RebuildProgress | undefined> {
    const { generation, after } = progress;
    const name = SEARCH_INDEX_NAMES[after === undefined ? 0 : SEARCH_INDEX_NAMES.indexOf(after as SearchIndex) + 1];
    return this.writer.alone(() =>
      this.database.write(async (tables) => {
        if (name !== undefined) {
          await createSearchIndex(tables, name);
          const next = { ...progress, after: name };
          await noteOf(next)(tables);
          return next;
        }
        const { rebuild } = await readState(tables);
        if (rebuild?.generation !== generation) return rebuild;
        await writeState(tables, { rebuild: undefined, generation, rebuiltAt: this.clock.now() });
        return undefined;
      }),
    );
  }
}

/** Writes how far it has come, unless another rebuild was demanded meanwhile. */
function noteOf(progress: RebuildProgress): (tables: Transaction<IndexTables>) => Promise<void> {
  return async (tables) => {
    const { rebuild } = await readState(tables);
    if (rebuild?.generation === progress.generation) await writeState(tables, { rebuild: progress });
  };
}

function stageOf({ generation, startedAt, reason, isThorough }: RebuildProgress, stage: RebuildProgress['stage']) {
  return { generation, startedAt, reason, isThorough, stage };
}

/** A repository's name holds no colon. */
function placeOf(after: string | undefined): readonly [RepositoryName | undefined, Tag | undefined] {
  const [name, tag] = after?.split(':') ?? [];
  return [name as RepositoryName | undefined, tag as Tag | undefined];
}
