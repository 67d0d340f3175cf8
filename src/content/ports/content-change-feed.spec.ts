import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, parseRepositoryName, type RepositoryName } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Changes } from '../../metadata/changes.js';
import { SqliteDatabase } from '../../metadata/dialects/sqlite/sqlite.database.js';
import { ContentChangeFeed } from './content-change-feed.js';

const repository = (at: number): RepositoryName => parseRepositoryName(`r/${String(at)}`) ?? expect.fail();

let folder: string;
let database: SqliteDatabase;
let changes: Changes;
let feed: ContentChangeFeed;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-feed-'));
  database = new SqliteDatabase({ folder, durable: true });
  await database.open();
  changes = new Changes(database);
  feed = new ContentChangeFeed(changes);
});

afterEach(async () => {
  vi.useRealTimers();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function record(...numbers: readonly number[]): Promise<void> {
  await database.transaction(async (facts) => {
    for (const at of numbers)
      await changes.record(facts, { at, kind: 'repository.created', repository: repository(at), actor: undefined });
  });
}

/** Follows until `count` changes have come. */
async function follow(after: number, count: number, limit?: number): Promise<readonly Change[]> {
  const abort = new AbortController();
  const seen: Change[] = [];
  for await (const batch of feed.follow({ after, signal: abort.signal, ...(limit && { limit }) })) {
    seen.push(...batch);
    if (seen.length >= count) abort.abort();
  }
  return seen;
}

const numbersOf = (seen: readonly Change[]): number[] => seen.map(({ at }) => at);

describe('following the changes', () => {
  it('gives what there is, in batches of the limit, none of them empty', async () => {
    await record(1, 2, 3);
    await record(4, 5);
    const abort = new AbortController();
    const batches: number[][] = [];
    for await (const batch of feed.follow({ after: 0, signal: abort.signal, limit: 2 })) {
      batches.push(numbersOf(batch));
      if (batches.length === 3) abort.abort();
    }

    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('is woken by a commit of this process, not by the clock', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const seen = follow(0, 3);
    await record(1);
    await record(2, 3);

    expect(numbersOf(await seen)).toEqual([1, 2, 3]);
  });

  it('converges within a second where every wake-up is lost', async () => {
    vi.spyOn(changes, 'onCommitted').mockImplementation(() => () => {});
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const seen = follow(0, 3);
    await vi.waitFor(() => {
      expect(vi.getTimerCount()).toBe(1);
    });
    await record(1, 2);
    await record(3);
    await vi.advanceTimersByTimeAsync(1000);

    expect(numbersOf(await seen)).toEqual([1, 2, 3]);
  });

  it('goes on from the cursor of a reader that was killed in the middle, and loses nothing', async () => {
    await record(1, 2, 3, 4, 5);
    const kept: number[] = [];
    let cursor = 0;
    const killed = async (): Promise<void> => {
      const { signal } = new AbortController();
      for await (const batch of feed.follow({ after: cursor, signal, limit: 2 })) {
        if (kept.length === 2) throw new Error('killed before it has dealt with this batch');
        kept.push(...numbersOf(batch));
        cursor = batch.at(-1)?.sequence ?? cursor;
      }
    };
    await expect(killed()).rejects.toThrow('killed');
    expect(kept).toEqual([1, 2]);
    kept.push(...numbersOf(await follow(cursor, 3, 2)));

    expect(kept).toEqual([1, 2, 3, 4, 5]);
  });

  it('ends without an error when it is aborted, while it waits and before it begins', async () => {
    const abort = new AbortController();
    const waiting = feed.follow({ after: 0, signal: abort.signal }).next();
    abort.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });

    const begun = feed.follow({ after: 0, signal: abort.signal });
    expect(await begun.next()).toEqual({ done: true, value: undefined });
  });

  it('misses nothing that is committed while it looks', async () => {
    const seen = follow(0, 200);
    for (let at = 0; at < 200; at++) void record(at);

    expect(numbersOf(await seen)).toEqual(Array.from({ length: 200 }, (_, at) => at));
  });

  it('tells of no change that was rolled back', async () => {
    const failed = database.transaction(async (facts) => {
      await changes.record(facts, { at: 9, kind: 'repository.created', repository: repository(9), actor: undefined });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await record(1);

    expect(numbersOf(await follow(0, 1))).toEqual([1]);
  });
});

describe('what the feed tells', () => {
  it('is on disk', async () => {
    await database.close();
    let flushed = 0;
    const { WriteAheadLog } = await import('../../metadata/dialects/sqlite/write-ahead-log.js');
    const openLog = (path: string) => WriteAheadLog.open(path, async () => void (flushed += 1));
    database = new SqliteDatabase({ folder, durable: true, openLog });
    await database.open();
    changes = new Changes(database);
    const recording = database.transaction(
      (facts) =>
        changes.record(facts, { at: 1, kind: 'repository.created', repository: repository(1), actor: undefined }),
      { durable: false },
    );
    await recording;
    expect(flushed).toBe(0);

    expect(await new ContentChangeFeed(changes).read(0, 10)).toHaveLength(1);
    expect(flushed).toBe(1);
  });
});
