import { Injectable } from '@nestjs/common';
import { PluginDatabase } from '@berth/sdk';
import type { Kysely, Transaction } from 'kysely';
import type { IndexTables } from './index-tables.js';

/** The tables of the index. */
@Injectable()
export class IndexDatabase {
  constructor(private readonly database: PluginDatabase) {}

  /** For look-ups of a row or two. */
  get lookups(): Kysely<IndexTables> {
    return this.database.tables();
  }

  /** For all that is searched: beside the event loop. */
  get reader(): Kysely<IndexTables> {
    return this.database.longReads();
  }

  /**
   * Beside the event loop too. What a crash of the machine takes back, the changes tell again: how far they were followed stands in the same
   * transaction.
   */
  write<Result>(work: (tables: Transaction<IndexTables>) => Promise<Result>): Promise<Result> {
    return this.database.longWrite<IndexTables, Result>(work);
  }

  /** Puts it aside, damaged as it is, and begins an empty one. */
  renew(): Promise<void> {
    return this.database.renew();
  }

  isDamage(error: unknown): boolean {
    return this.database.isDamage(error);
  }
}
