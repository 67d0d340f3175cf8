import type { Kysely, Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Kysely's migrations by name; they run in the order of their names, each once, before the plugin is asked anything. */
export type PluginMigrations = Readonly<Record<string, Migration>>;

/**
 * Tables that belong to one plugin alone, made by the migrations it contributes. `Tables` is the plugin's own
 * description of them, as Kysely wants it.
 */
export abstract class PluginDatabase {
  /** For reading outside a transaction; it never waits for a writer. */
  abstract tables<Tables>(): Kysely<Tables>;
  /**
   * For reading that may take longer than a few milliseconds, such as a search through everything: it runs beside the event loop, and
   * holds up no request. What it gives is copied between threads, so it is a little slower for a single row.
   */
  abstract longReads<Tables>(): Kysely<Tables>;
  /** Runs `work` and commits, or rolls back what it threw. Transactions run one after the other. */
  abstract transaction<Tables, Result>(work: (tables: Transaction<Tables>) => Promise<Result>): Promise<Result>;
  /**
   * As `transaction`, for much that can be made again, such as an index: its statements run beside the event loop, nobody waits for the
   * disk, and a crash of the machine may lose it, with those that came after it. Those of `transaction` wait for it, for ten seconds at most.
   */
  abstract longWrite<Tables, Result>(work: (tables: Transaction<Tables>) => Promise<Result>): Promise<Result>;
  /**
   * Puts the file aside, damaged as it is, and begins an empty one with the plugin's migrations: for tables that can be made again from what
   * the registry has. Transactions and reads under way fail.
   */
  abstract renew(): Promise<void>;
  /** True where `error` says that the file is damaged, rather than that it could not be used this once. */
  abstract isDamage(error: unknown): boolean;
  /** For the few statements that differ, such as full text search. */
  abstract readonly dialect: 'sqlite' | 'postgres';
}
