import { Injectable } from '@nestjs/common';
import { type CounterSeries, type HistogramSeries, Meter } from '@berth/sdk';
import { type CommitObserver, Database } from './database.js';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What commits take, as numbers. Look-ups are not measured: one takes less than reading the clock twice is worth. */
@Injectable()
export class CommitMeter implements CommitObserver {
  readonly #wait: HistogramSeries;
  readonly #commit: HistogramSeries;
  readonly #flush: HistogramSeries;
  readonly #committed: CounterSeries;
  readonly #rolledBack: CounterSeries;

  constructor(database: Database, meter: Meter) {
    const histogram = (name: string, help: string): HistogramSeries =>
      meter.histogram({ name, help, buckets: SECONDS }).with({});
    this.#wait = histogram('berth_database_wait_duration_seconds', 'Time a transaction waited for its turn.');
    this.#commit = histogram(
      'berth_database_commit_duration_seconds',
      'Time of the transactions that share a commit, with the commit.',
    );
    this.#flush = histogram('berth_database_flush_duration_seconds', 'Time until a commit had reached the disk.');
    const transactions = meter.counter({
      name: 'berth_database_transactions_total',
      help: 'Transactions, by how they ended.',
    });
    this.#committed = transactions.with({ outcome: 'committed' });
    this.#rolledBack = transactions.with({ outcome: 'rolled_back' });
    database.observeCommits(this);
  }

  waited(duration: number): void {
    this.#wait.observe(duration / 1000);
  }

  ran(duration: number, { committed, rolledBack }: { readonly committed: number; readonly rolledBack: number }): void {
    this.#commit.observe(duration / 1000);
    this.#committed.add(committed);
    this.#rolledBack.add(rolledBack);
  }

  flushed(duration: number): void {
    this.#flush.observe(duration / 1000);
  }
}
