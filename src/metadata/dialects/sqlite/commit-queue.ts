import { setTimeout as delay } from 'node:timers/promises';
import type SqliteConnection from 'better-sqlite3';
import type { CommitObserver } from '../../database.js';
import { isBusy } from './root-lock.js';
import { storageErrorOf } from './sqlite-failure.js';
import type { DurableLog } from './write-ahead-log.js';

/** At most so many transactions share one commit, so that none waits long for its neighbours. */
const LARGEST_GROUP = 64;
/** How long another process may hold the database before a commit gives up. Milliseconds. */
const BUSY_DEADLINE = 10_000;

interface Job<Tables> {
  readonly durable: boolean;
  /** `performance.now()` when it was asked for. */
  readonly submitted: number;
  readonly run: (tables: Tables) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

export interface CommitHooks {
  /** Awaited before the connection begins a transaction. */
  readonly beforeBegin: () => Promise<void>;
  readonly beforeCommit: () => void;
  /** Must not throw. */
  readonly afterCommit: () => void;
  /** Who is told what commits take, as of now. */
  readonly observer: () => CommitObserver | undefined;
}

/**
 * Runs transactions one after the other, and those that are waiting at once as savepoints of one commit, so that fifty
 * pushes pay for one flush. A failure of one undoes that one alone.
 */
export class CommitQueue<Tables> {
  #waiting: Job<Tables>[] = [];
  #running: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(
    private readonly connection: SqliteConnection.Database,
    private readonly tables: Tables,
    private readonly log: DurableLog,
    private readonly hooks: CommitHooks,
  ) {}

  /** Set once a flush has failed: what the disk holds is then unknown, so nothing more may be promised. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  submit<Result>(run: (tables: Tables) => Promise<Result>, durable: boolean): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = resolve as (value: unknown) => void;
      this.#waiting.push({ durable, submitted: performance.now(), run, resolve: settle, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop lets the others that are about to ask join this commit.
      await new Promise(setImmediate);
      await this.#commit(this.#waiting.splice(0, LARGEST_GROUP));
    }
    this.#running = undefined;
  }

  async #commit(group: readonly Job<Tables>[]): Promise<void> {
    const done: { job: Job<Tables>; value: unknown }[] = [];
    const observer = this.hooks.observer();
    let started = performance.now();
    try {
      if (this.#failure) throw this.#failure;
      await this.hooks.beforeBegin();
      started = performance.now();
      for (const { submitted } of group) observer?.waited(started - submitted);
      await this.#begin();
      for (const job of group) {
        const outcome = await this.#attempt(job);
        if (outcome) done.push({ job, value: outcome.value });
      }
      this.hooks.beforeCommit();
      this.connection.exec('COMMIT');
    } catch (cause) {
      this.#rollBack();
      observer?.ran(performance.now() - started, { committed: 0, rolledBack: group.length });
      for (const job of group) job.reject(storageErrorOf(cause, 'commit'));
      return;
    }
    this.hooks.afterCommit();
    observer?.ran(performance.now() - started, { committed: done.length, rolledBack: group.length - done.length });
    this.#answer(done);
  }

  /** Where not even that works, nothing can be promised any more. */
  #rollBack(): void {
    try {
      if (this.connection.inTransaction) this.connection.exec('ROLLBACK');
    } catch (cause) {
      this.#failure = storageErrorOf(cause, 'rollback');
    }
  }

  async #begin(): Promise<void> {
    const deadline = performance.now() + BUSY_DEADLINE;
    for (;;) {
      try {
        this.connection.exec('BEGIN IMMEDIATE');
        return;
      } catch (cause) {
        if (!isBusy(cause) || performance.now() > deadline) throw cause;
        await delay(5);
      }
    }
  }

  /** Runs one job in its own savepoint. Throws only where the whole group is lost. */
  async #attempt(job: Job<Tables>): Promise<{ value: unknown } | undefined> {
    this.connection.exec('SAVEPOINT job');
    try {
      const value = await job.run(this.tables);
      this.connection.exec('RELEASE job');
      return { value };
    } catch (cause) {
      // A full disk makes SQLite roll everything back by itself.
      if (!this.connection.inTransaction) throw cause;
      this.connection.exec('ROLLBACK TO job; RELEASE job');
      job.reject(storageErrorOf(cause, 'write'));
      return undefined;
    }
  }

  #answer(done: readonly { job: Job<Tables>; value: unknown }[]): void {
    const waiting = done.filter(({ job }) => job.durable);
    for (const { job, value } of done) if (!job.durable) job.resolve(value);
    if (waiting.length === 0) return;
    const started = performance.now();
    this.log.flush().then(
      () => {
        this.hooks.observer()?.flushed(performance.now() - started);
        for (const { job, value } of waiting) job.resolve(value);
      },
      (cause: unknown) => {
        this.#failure = storageErrorOf(cause, 'flush');
        for (const { job } of waiting) job.reject(this.#failure);
      },
    );
  }
}
