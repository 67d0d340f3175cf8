import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Change, ChangeFeed, PluginLogger } from '@berth/sdk';
import type { Transaction } from 'kysely';
import { IndexDatabase } from '../tables/index-database.js';
import type { IndexTables } from '../tables/index-tables.js';
import { ChangeBatch } from './change-batch.js';
import { IndexCare } from './index-care.js';
import { IndexGeneration } from './index-generation.js';
import { writeState } from './index-state.js';
import { IndexWriter } from './index-writer.js';

/** Changes that are dealt with before it is noted how far it has come. */
const BATCH = 200;
/** Manifests and tags of one transaction. */
const PIECE = 25;
/** Milliseconds before a batch that failed is tried again: the first time, and at most. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

/** Follows the changes of the registry, from its first use to the end of the server. */
@Injectable()
export class ChangeFollower implements OnApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly database: IndexDatabase,
    private readonly generation: IndexGeneration,
    private readonly care: IndexCare,
    private readonly writer: IndexWriter,
    private readonly logger: PluginLogger,
  ) {}

  /** Follows from now on. Does nothing where it does already. */
  begin(): void {
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run(this.#stopping.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      try {
        const { cursor } = await this.generation.open();
        for await (const changes of this.feed.follow({ after: cursor, signal, limit: BATCH })) {
          await this.#take(changes);
          pause = FIRST_PAUSE;
        }
      } catch (err) {
        if (await this.#isMended(err)) continue;
        this.logger.warn('the search index could not be brought up to date, and will be soon', { err, pause });
        // It rejects only where the server stops, which ends the loop.
        await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  async #isMended(err: unknown): Promise<boolean> {
    try {
      return await this.care.mend(err);
    } catch (cause) {
      this.logger.error('the search index is damaged, and cannot be begun anew', { err: cause });
      return false;
    }
  }

  async #take(changes: readonly Change[]): Promise<void> {
    const batch = new ChangeBatch(changes);
    await this.#addWaiting(batch);
    const cursor = changes.at(-1)?.sequence;
    const pieces = [...batch.pieces(PIECE)];
    for (const [at, piece] of pieces.entries()) {
      const isLast = at === pieces.length - 1 && cursor !== undefined;
      const note = isLast ? (tables: Transaction<IndexTables>) => writeState(tables, { cursor }) : undefined;
      await this.writer.alone(() =>
        this.writer.settle([piece], { generation: this.generation.current, ...(note && { note }) }),
      );
    }
  }

  /** A manifest that came before its configuration, as it does to a mirror, is read again when that has come. */
  async #addWaiting(batch: ChangeBatch): Promise<void> {
    if (batch.arrivals.length === 0) return;
    const rows = await this.database.reader
      .selectFrom('manifests as m')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .select(['r.name', 'm.digest', 'm.config_digest as config'])
      .where('m.is_config_read', '=', 0)
      .where('m.config_digest', 'in', [...new Set(batch.arrivals.map(({ digest }) => digest))])
      .execute();
    const arrived = new Set(batch.arrivals.map(({ repository, digest }) => `${repository}@${digest}`));
    for (const { name, digest, config } of rows)
      if (config !== null && arrived.has(`${name}@${config}`)) batch.addManifest(name, digest);
  }
}
