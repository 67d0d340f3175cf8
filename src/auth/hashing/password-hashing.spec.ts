import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePasswordHash, type PasswordHash } from './password-hash.js';
import { PasswordHashing, type PasswordHashingOptions } from './password-hashing.js';

/** A thread takes 50 ms to start, and a second or two where other processes want the cores. Milliseconds. */
const PATIENCE = { timeout: 20_000 };
const never = new AbortController().signal;

const COST_4 = hashOf('$2y$04$rRvySX2gAWNkIIU4ihoZQeDvZDY0jJsytkYZqCHnFW.kDX.3fFVDK');
const COST_10 = hashOf('$2y$10$eElCYwYaFgVzH4FGOwMwMuJ.TDqCM.RcrBhZWYCl1pWRZWrWdX7Uu');
const SHA1 = hashOf('{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=');

function hashOf(text: string): PasswordHash {
  const parsed = parsePasswordHash(text);
  if (parsed.kind === 'unusable') throw new Error(parsed.reason);
  return parsed.hash;
}

const open: PasswordHashing[] = [];

function hashingWith(options?: PasswordHashingOptions): PasswordHashing {
  const hashing = new PasswordHashing(options);
  open.push(hashing);
  return hashing;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((hashing) => hashing.close()));
});

describe('the hashing of passwords', { timeout: 60_000 }, () => {
  it('starts no thread before there is a password, and no more than it may', async () => {
    const hashing = hashingWith({ threads: 2 });
    expect(hashing.threads).toBe(0);
    await hashing.verify('admin', SHA1, never);
    expect(hashing.threads).toBe(1);
    await Promise.all(Array.from({ length: 10 }, () => hashing.verify('admin', COST_4, never)));
    expect(hashing.threads).toBe(2);
  });

  it('ends its threads when they have nothing to do, and starts them again', async () => {
    const hashing = hashingWith({ idleTime: 1 });
    for (let time = 0; time < 2; time++) {
      await hashing.verify('admin', SHA1, never);
      await expect.poll(() => hashing.threads, PATIENCE).toBe(0);
    }
  });

  it('leaves the event loop and the threads that read files alone', async () => {
    const hashing = hashingWith();
    let isDone = false;
    let [reads, turns] = [0, 0];
    const work = Promise.all(Array.from({ length: 20 }, () => hashing.verify('wrong', COST_10, never)));
    const read = async (): Promise<void> => {
      for (; !isDone; reads++) await readFile(import.meta.filename);
    };
    const turn = async (): Promise<void> => {
      for (; !isDone; turns++) await new Promise(setImmediate);
    };
    const beside = [read(), turn()];
    const results = await work.finally(() => (isDone = true));
    await Promise.all(beside);

    expect(results).toEqual(Array.from({ length: 20 }, () => false));
    // One after another they would be 20 turns; in libuv's threads, five reads.
    expect(turns).toBeGreaterThan(200);
    expect(reads).toBeGreaterThan(100);
  });

  it('lets many guesses at one hash hold up no other', async () => {
    const hashing = hashingWith({ threads: 1 });
    const ended: string[] = [];
    const guesses = Array.from({ length: 20 }, async () => {
      await hashing.verify('guess', COST_4, never);
      ended.push('guess');
    });
    await hashing.verify('admin', SHA1, never);
    expect(ended.length).toBeLessThan(3);
    await Promise.all(guesses);
  });

  it('refuses who comes when too many wait', async () => {
    const hashing = hashingWith({ threads: 1, waiting: 2 });
    const asked = Array.from({ length: 5 }, () => hashing.verify('admin', COST_4, never));
    const outcomes = (await Promise.allSettled(asked)).map(({ status }) => status);
    expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
    await expect(asked[4]).rejects.toThrow('too many passwords wait');
  });

  it('drops what was given up before it began', async () => {
    const hashing = hashingWith({ threads: 1 });
    const giver = new AbortController();
    const first = hashing.verify('admin', COST_4, never);
    const dropped = Array.from({ length: 500 }, () => hashing.verify('admin', COST_10, giver.signal));
    giver.abort(new Error('the client has gone'));
    const outcomes = await Promise.allSettled(dropped);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(dropped[0]).rejects.toThrow('the client has gone');
    // 500 hashes of cost 10 would take half a minute.
    await Promise.all([first, hashing.verify('admin', SHA1, never)]);
    await expect(hashing.verify('admin', SHA1, giver.signal)).rejects.toThrow('the client has gone');
  });

  it('fails what a thread was at when it died, and goes on with another', async () => {
    const workers: Worker[] = [];
    const startWorker = (file: URL): Worker => {
      const worker = new Worker(file, { execArgv: [] });
      workers.push(worker);
      return worker;
    };
    const hashing = hashingWith({ threads: 1, startWorker });
    const [first, second] = [hashing.verify('admin', COST_10, never), hashing.verify('admin', SHA1, never)];
    await workers[0]?.terminate();
    await expect(first).rejects.toThrow('has ended');
    expect(await second).toBe(true);
    expect([workers.length, hashing.threads]).toEqual([2, 1]);

    await workers[1]?.terminate();
    await expect.poll(() => hashing.threads, PATIENCE).toBe(0);
    expect(await hashing.verify('wrong', SHA1, never)).toBe(false);
  });

  it('fails with the cause, and without the password, what a thread cannot compute', async () => {
    const hashing = hashingWith();
    const broken: PasswordHash = { scheme: 'sha512-crypt', text: 'broken', work: 1 };
    const failure: unknown = await hashing.verify('my password', broken, never).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ cause: { message: 'the hash is not one of SHA crypt' } });
    expect(JSON.stringify(failure)).not.toContain('my password');
  });

  it('fails who asks where the system has no thread to give', async () => {
    const hashing = hashingWith({
      startWorker: () => {
        throw new Error('no thread');
      },
    });
    await expect(hashing.verify('admin', SHA1, never)).rejects.toThrow('no thread');
  });

  it('tells who waits when it closes, and takes no more', async () => {
    const hashing = hashingWith({ threads: 1 });
    const asked = Array.from({ length: 3 }, () => hashing.verify('admin', COST_4, never));
    const outcomes = Promise.allSettled(asked);
    await hashing.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(hashing.verify('admin', SHA1, never)).rejects.toThrow('the server stops');
    expect(hashing.threads).toBe(0);
  });
});
