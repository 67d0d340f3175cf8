import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import { CommitMeter } from './commit-meter.js';
import { SqliteDatabase } from './dialects/sqlite/sqlite.database.js';

let folder: string;
let database: SqliteDatabase;
let meter: InMemoryMeter;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-commits-'));
  database = new SqliteDatabase({ folder, durable: true });
  meter = new InMemoryMeter();
  new CommitMeter(database, meter);
  await database.open();
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function countsOf(name: string): (number | undefined)[] {
  const instrument = meter.snapshot().find((found) => found.name === name);
  return instrument?.series.map(({ count, value }) => count ?? value) ?? [];
}

it('counts transactions that share one commit, and those that are rolled back, apart', async () => {
  const nothing = () => Promise.resolve();
  const refusing = () => Promise.reject(new Error('no'));
  await Promise.all([database.transaction(nothing), database.transaction(nothing)]);
  await expect(database.transaction(refusing)).rejects.toThrow('no');

  expect(countsOf('berth_database_transactions_total')).toEqual([2, 1]);
  expect(countsOf('berth_database_wait_duration_seconds')).toEqual([3]);
  expect(countsOf('berth_database_commit_duration_seconds')).toEqual([2]);
  expect(countsOf('berth_database_flush_duration_seconds')).toEqual([1]);
});
