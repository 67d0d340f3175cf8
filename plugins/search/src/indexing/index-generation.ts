import { Injectable } from '@nestjs/common';
import { ChangeFeed, Clock } from '@berth/sdk';
import { IndexDatabase } from '../tables/index-database.js';
import type { Kysely } from 'kysely';
import type { IndexTables } from '../tables/index-tables.js';
import { dropSearchIndex, SEARCH_INDEX_NAMES } from '../tables/search-indexes.js';
import { type KnownState, readState, type RebuildProgress, writeState } from './index-state.js';

/** Grows with each way of indexing that makes other rows: those of another are made anew. */
const FORMAT = 1;

export interface OpenIndex {
  /** The sequence of the last change that was dealt with. */
  readonly cursor: number;
}

/** Which rows are of now: those that were seen by the last rebuild, or the one under way, or came since. */
@Injectable()
export class IndexGeneration {
  #opening: Promise<OpenIndex> | undefined;
  #current = 0;

  constructor(
    private readonly database: IndexDatabase,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
  ) {}

  /** What rows that are written now are marked with. */
  get current(): number {
    return this.#current;
  }

  /** Makes the index ready to be written; one that is missing or useless is to be rebuilt from now on. */
  async open(): Promise<OpenIndex> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async state(): Promise<KnownState> {
    return readState(this.database.lookups);
  }

  /** Has everything looked at, while searching and following go on. What is under way already is not begun again. */
  async demandRebuild(reason: string, isThorough: boolean): Promise<void> {
    const latest = await this.feed.latest();
    await this.database.write(async (tables) => {
      const { generation, rebuild, cursor } = await readState(tables);
      if (rebuild && (rebuild.isThorough || !isThorough)) return;
      const begun: RebuildProgress = {
        generation: Math.max(generation, rebuild?.generation ?? 0) + 1,
        stage: 'manifests',
        startedAt: this.clock.now(),
        reason,
        isThorough,
      };
      if (await isEmpty(tables)) for (const name of SEARCH_INDEX_NAMES) await dropSearchIndex(tables, name);
      await writeState(tables, { rebuild: begun, format: FORMAT, cursor: cursor ?? latest });
      this.#current = begun.generation;
    });
  }

  async #open(): Promise<OpenIndex> {
    const latest = await this.feed.latest();
    const { cursor, format, rebuild, generation } = await this.state();
    const fault = faultOf({ cursor, format, latest });
    if (fault !== undefined) {
      // What comes from now on is followed; what was before, the rebuild finds.
      await this.database.write((tables) => writeState(tables, { cursor: latest, rebuild: undefined }));
      await this.demandRebuild(fault, true);
      return { cursor: latest };
    }
    this.#current = rebuild?.generation ?? generation;
    return { cursor: cursor ?? latest };
  }
}

/** So many changes behind, looking at everything is faster than following. */
const FAR_BEHIND = 200_000;

async function isEmpty(tables: Kysely<IndexTables>): Promise<boolean> {
  return (await tables.selectFrom('manifests').select('id').limit(1).executeTakeFirst()) === undefined;
}

function faultOf({ cursor, format, latest }: Pick<KnownState, 'cursor' | 'format'> & { latest: number }) {
  if (cursor === undefined || format === undefined) return 'there is none yet';
  if (format !== FORMAT) return 'it was made by another version';
  if (cursor > latest) return 'it knows of changes that the registry does not: its data was put back';
  return latest - cursor > FAR_BEHIND ? 'it is far behind' : undefined;
}
