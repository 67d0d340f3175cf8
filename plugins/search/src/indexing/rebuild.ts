import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  Clock,
  type Digest,
  type ManifestInfo,
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
import { IndexGeneration } from './index-generation.js';
import { readState, type RebuildProgress, writeState } from './index-state.js';
import { IndexWriter } from './index-writer.js';

/** Of one step, so that it holds up the event loop for some milliseconds at most. */
const MANIFESTS_AT_ONCE = 12;
const TAGS_AT_ONCE = 24;
const SWEPT_AT_ONCE = 50;

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
    }
  }

  /** A page of manifests, by repository. */
  #manifestStep(progress: RebuildProgress): Promise<RebuildProgress> {
    return this.writer.alone(async () => {
      const page = await this.manifests.scan(progress.after, MANIFESTS_AT_ONCE);
      const next: RebuildProgress =
        page.next === undefined ? stageOf(progress, 'repositories') : { ...progress, after: page.next };
      const { generation, isThorough } = progress;
      const groups = [...Map.groupBy(page.manifests, ({ repository }) => repository)];
      for (const [at, [repository, infos]] of groups.entries()) {
        const digests = new Set(infos.map(({ digest }: ManifestInfo) => digest));
        const note = at === groups.length - 1 ? { note: noteOf(next) } : {};
        await this.writer.settle({ repository, digests, tags: new Set() }, { generation, isThorough, ...note });
      }
      if (groups.length === 0) await this.database.write(noteOf(next));
      return next;
    });
  }

  /** The tags of one repository, or the next of them. */
  #repositoryStep(progress: RebuildProgress): Promise<RebuildProgress> {
    const [name, tag] = placeOf(progress.after);
    return this.writer.alone(async () => {
      const repository = tag === undefined ? (await this.catalog.list(name, 1))[0]?.name : name;
      if (repository !== undefined) return this.#settleTags(repository, tag, progress);
      const next = stageOf(progress, 'sweep');
      await this.database.write(noteOf(next));
      return next;
    });
  }

  async #settleTags(
    repository: RepositoryName,
    after: Tag | undefined,
    progress: RebuildProgress,
  ): Promise<RebuildProgress> {
    const page = await this.tags.list(repository, after, TAGS_AT_ONCE);
    const tags = new Set(page.map(({ tag }) => tag));
    const last = page.length < TAGS_AT_ONCE ? undefined : page.at(-1)?.tag;
    const next = { ...progress, after: last === undefined ? repository : `${repository}:${last}` };
    const doubt = { repository, digests: new Set<Digest>(), tags };
    const { generation } = progress;
    await this.writer.settle(doubt, { generation, recountsPulls: last === undefined, note: noteOf(next) });
    return next;
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
          .select(['id', 'repository_id as repositoryId'])
          .where('generation', '<', generation)
          .limit(SWEPT_AT_ONCE)
          .execute();
        await this.writer.removeImages(tables, images);
        if (images.length === SWEPT_AT_ONCE) return progress;
        await tables.deleteFrom('repositories').where('generation', '<', generation).execute();
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
