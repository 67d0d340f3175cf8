import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Database } from './database.js';
import type { JobOutcome, JobRunsTable } from './schema.js';

/** What is known of a job, whichever process it ran in. Times are milliseconds since the epoch. */
export interface JobRecord {
  readonly name: string;
  /** When a server first knew the job. */
  readonly knownSince: number;
  /** Of the last run; `undefined` where it has never run. */
  readonly startedAt: number | undefined;
  /** `undefined` while it runs, and where its process ended before it did. */
  readonly endedAt: number | undefined;
  readonly outcome: JobOutcome | undefined;
  /** Why it did not succeed. */
  readonly error: string | undefined;
}

export interface JobEnd {
  readonly name: string;
  readonly endedAt: number;
  readonly outcome: JobOutcome;
  readonly error: string | undefined;
}

/** Characters of an error that are kept. */
const LONGEST_ERROR = 1000;
/** What a crash loses of it is a run that is done once more. */
const NOT_DURABLE = { durable: false };

/** The last run of each job. */
@Injectable()
export class JobRuns {
  constructor(private readonly database: Database) {}

  /** Notes the jobs that are not known yet, and gives what is known of all of `names`. */
  register(names: readonly string[], now: number): Promise<ReadonlyMap<string, JobRecord>> {
    return this.database.transaction(async (facts) => {
      for (const name of names) {
        await facts
          .insertInto('job_runs')
          .values({ name, known_since: now })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute();
      }
      const rows = await facts.selectFrom('job_runs').selectAll().execute();
      return new Map(rows.map((row) => [row.name, recordOf(row)]));
    }, NOT_DURABLE);
  }

  async started(name: string, startedAt: number): Promise<void> {
    const run = { started_at: startedAt, ended_at: null, outcome: null, error: null };
    await this.database.transaction(async (facts) => {
      await facts
        .insertInto('job_runs')
        .values({ name, known_since: startedAt, ...run })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(run))
        .execute();
    }, NOT_DURABLE);
  }

  async ended({ name, endedAt, outcome, error }: JobEnd): Promise<void> {
    await this.database.transaction(async (facts) => {
      await facts
        .updateTable('job_runs')
        .set({ ended_at: endedAt, outcome, error: error?.slice(0, LONGEST_ERROR) ?? null })
        .where('name', '=', name)
        .execute();
    }, NOT_DURABLE);
  }

  /** `undefined` for a job that no server has known. */
  async of(name: string): Promise<JobRecord | undefined> {
    const row = await this.database.reader
      .selectFrom('job_runs')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row && recordOf(row);
  }
}

function recordOf(row: Selectable<JobRunsTable>): JobRecord {
  return {
    name: row.name,
    knownSince: row.known_since,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    outcome: row.outcome ?? undefined,
    error: row.error ?? undefined,
  };
}
