import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteDatabase } from './dialects/sqlite/sqlite.database.js';
import { JobRuns } from './job-runs.js';

let folder: string;
let database: SqliteDatabase;
let runs: JobRuns;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-runs-'));
  database = new SqliteDatabase({ folder, durable: false });
  await database.open();
  runs = new JobRuns(database);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const untouched = { startedAt: undefined, endedAt: undefined, outcome: undefined, error: undefined };

describe('the record of jobs', () => {
  it('says since when a job is known, also where it has never run', async () => {
    await runs.register(['sweep'], 1000);
    const known = await runs.register(['sweep', 'scrub'], 2000);

    expect(known.get('sweep')).toEqual({ name: 'sweep', knownSince: 1000, ...untouched });
    expect(known.get('scrub')).toEqual({ name: 'scrub', knownSince: 2000, ...untouched });
    expect(await runs.of('unknown')).toBeUndefined();
  });

  it('has the last run of a job, and how it ended', async () => {
    await runs.started('sweep', 1000);
    await runs.ended({ name: 'sweep', endedAt: 1500, outcome: 'failed', error: 'the disk is full' });
    expect(await runs.of('sweep')).toMatchObject({
      startedAt: 1000,
      endedAt: 1500,
      outcome: 'failed',
      error: 'the disk is full',
    });

    await runs.started('sweep', 2000);
    expect(await runs.of('sweep')).toEqual({ name: 'sweep', knownSince: 1000, ...untouched, startedAt: 2000 });
    await runs.ended({ name: 'sweep', endedAt: 2500, outcome: 'succeeded', error: undefined });
    expect(await runs.of('sweep')).toMatchObject({ endedAt: 2500, outcome: 'succeeded', error: undefined });
  });

  it('keeps a thousand characters of an error', async () => {
    await runs.started('sweep', 1000);
    await runs.ended({ name: 'sweep', endedAt: 1500, outcome: 'failed', error: 'x'.repeat(5000) });

    expect((await runs.of('sweep'))?.error).toHaveLength(1000);
  });
});
