import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints } from './checkpoints.js';
import { ReadSnapshot } from './read-snapshot.js';

const MIB = 2 ** 20;
/** A thread takes 50 ms to start, and a second or two where other processes want the cores. Milliseconds. */
const PATIENCE = { timeout: 20_000 };

let folder: string;
let writer: SqliteConnection.Database;
let reader: SqliteConnection.Database;
let snapshot: ReadSnapshot;
let checkpoints: Checkpoints;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-checkpoints-'));
  writer = new SqliteConnection(join(folder, 'berth.db'));
  writer.pragma('journal_mode = WAL');
  writer.pragma('synchronous = NORMAL');
  // Small, so that a transaction goes to the log before its COMMIT, under the reader's eyes.
  writer.pragma('cache_size = 100');
  writer.exec('CREATE TABLE contents (bytes BLOB)');
  reader = new SqliteConnection(join(folder, 'berth.db'), { readonly: true });
  snapshot = new ReadSnapshot(reader);
  checkpoints = watching();
});

afterEach(async () => {
  await checkpoints.close();
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

function watching(idleTime?: number): Checkpoints {
  const afterwards = (): void => {
    snapshot.end();
  };
  return new Checkpoints(writer, afterwards, idleTime);
}

const logSize = (): number => statSync(join(folder, 'berth.db-wal')).size;

function pagesLeft(): number {
  const progress = writer.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(NOOP)').get();
  return progress ? progress.log - progress.checkpointed : NaN;
}

function count(): unknown {
  snapshot.ensure();
  return reader.prepare('SELECT count(*) FROM contents').pluck().get();
}

/** Writes as the commit queue does, and reads before and after, so that a snapshot is always open. */
async function write(mebibytes: number): Promise<void> {
  count();
  await checkpoints.beforeBegin();
  writer.exec('BEGIN IMMEDIATE');
  const insert = writer.prepare('INSERT INTO contents VALUES (zeroblob(?))');
  for (let at = 0; at < mebibytes; at++) {
    insert.run(MIB);
    count();
  }
  snapshot.end();
  writer.exec('COMMIT');
  count();
}

async function withThread(): Promise<void> {
  while (!checkpoints.hasThread) await write(1);
  await expect.poll(() => checkpoints.isReady, PATIENCE).toBe(true);
}

describe('checkpoints', { timeout: 60_000 }, () => {
  it('start no thread for a log that is short', async () => {
    for (let at = 0; at < 3; at++) await write(1);

    expect(checkpoints.hasThread).toBe(false);
  });

  it.each([1, 4])('bound the log under writes of %i MiB each, while somebody always reads', async (mebibytes) => {
    await withThread();
    for (let written = 0; written < 64; written += mebibytes) await write(mebibytes);

    expect(logSize()).toBeLessThan(8 * MIB + 2 * mebibytes * MIB);
  });

  it('bound the log by SQLite itself where the thread is slow to start', async () => {
    writer.pragma('wal_autocheckpoint = 1500');
    // Without a turn of the event loop, in which the thread could say that it is ready.
    for (let at = 0; at < 40; at++) await write(1);

    expect(checkpoints.isReady).toBe(false);
    expect(logSize()).toBeLessThan(10 * MIB);
  });

  it('leave the event loop to reads while they run, and hold transactions back', async () => {
    await withThread();
    let isHeld = true;
    const held = checkpoints.beforeBegin().then(() => (isHeld = false));
    await new Promise(setImmediate);
    const found = count();

    expect([found, isHeld]).toEqual([writer.prepare('SELECT count(*) FROM contents').pluck().get(), true]);
    await held;
    expect(pagesLeft()).toBe(0);
  });

  it('go on once a process has gone that kept an old snapshot', async () => {
    const other = new SqliteConnection(join(folder, 'berth.db'), { readonly: true });
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM contents').get();
    await withThread();
    for (let at = 0; at < 16; at++) await write(1);
    const grown = logSize();
    other.close();
    for (let at = 0; at < 32; at++) await write(1);

    expect(grown).toBeGreaterThan(16 * MIB);
    expect(logSize()).toBeLessThan(grown + 3 * MIB);
  });

  it('end their thread when it has nothing to do, and start it again', async () => {
    checkpoints = watching(1);
    for (let at = 0; at < 2; at++) {
      while (!checkpoints.hasThread) await write(1);
      await expect.poll(() => checkpoints.hasThread, PATIENCE).toBe(false);
    }
  });

  it('are left to SQLite where the thread fails, with a warning', async () => {
    for (let at = 0; at < 5; at++) await write(1);
    unlinkSync(join(folder, 'berth.db'));
    const warned = once(process, 'warning');
    await checkpoints.beforeBegin();

    expect(String((await warned)[0])).toContain('on the event loop');
    expect(checkpoints.hasThread).toBe(false);
    expect(writer.pragma('wal_autocheckpoint', { simple: true })).toBe(1000);
  });
});
