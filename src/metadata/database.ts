import type { Compilable, Kysely } from 'kysely';
import type { Facts, Schema } from './schema.js';

/** The values of a prepared look-up, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

/** A look-up that is compiled once and run many times. */
export interface Prepared<Input extends Parameters, Row> {
  /** The first row, or `undefined` where there is none. */
  first(input: Input): Promise<Row | undefined>;
  all(input: Input): Promise<Row[]>;
}

export interface TransactionOptions {
  /** False where losing the change in a crash is harmless: nobody then waits for the disk. Default true. */
  readonly durable?: boolean;
}

export interface OpenOptions {
  /** Reads only: migrates nothing and takes no lock. */
  readonly readOnly?: boolean;
}

/** Told what commits take. Durations are milliseconds. */
export interface CommitObserver {
  /** A transaction has waited so long for its turn. */
  waited(duration: number): void;
  /** Transactions that shared a commit ran and are committed, or were rolled back, each alone or all. */
  ran(duration: number, outcome: { readonly committed: number; readonly rolledBack: number }): void;
  /** What was committed has reached the disk. */
  flushed(duration: number): void;
}

/** The facts, whatever database keeps them. */
export abstract class Database {
  protected commitObserver: CommitObserver | undefined;

  /** `observer` is told of every commit from now on. */
  observeCommits(observer: CommitObserver): void {
    this.commitObserver = observer;
  }

  /** Opens, locks and migrates; throws MetadataError where that is impossible. Everything else needs it done. */
  abstract open(options?: OpenOptions): Promise<void>;

  /** Waits for what runs, then closes. */
  abstract close(): Promise<void>;

  /** Why the database takes no writes any more, or `undefined` while it does. */
  abstract get failure(): Error | undefined;

  /** For reading outside a transaction; never waits for a writer. */
  abstract get reader(): Kysely<Schema>;

  /**
   * A look-up for hot paths. `build` gets stand-ins for the values of `Input` and may put each wherever a value goes. It is
   * compiled at its first run, so it may be declared before the database is open.
   */
  abstract prepare<Input extends Parameters, Row>(
    build: (reader: Kysely<Schema>, input: Input) => Compilable<Row>,
  ): Prepared<Input, Row>;

  /**
   * Runs `work` and commits, or rolls back what it threw. Resolves once the change is on disk unless `durable` is false.
   * Transactions run one after the other; `work` may await nothing but statements on `facts`.
   */
  abstract transaction<Result>(work: (facts: Facts) => Promise<Result>, options?: TransactionOptions): Promise<Result>;

  /** Resolves once everything that readers see now is on disk, as far as changes are promised to be. */
  abstract flushed(): Promise<void>;

  /** Calls `listener`, which must not throw, after each commit of this process, once readers see it. */
  abstract onCommit(listener: () => void): void;
}
