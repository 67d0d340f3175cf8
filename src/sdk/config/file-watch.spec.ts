import { EventEmitter } from 'node:events';
import type { FSWatcher, watch } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch, fingerprintOf } from './file-watch.js';

const NONE_LEFT = Object.assign(new Error('no space left for watchers'), { code: 'ENOSPC' });

let folder: string;
let path: string;
let changes: number;
let causes: unknown[];
let running: FileWatch;

function watchWith(watchFolder?: typeof watch): FileWatch {
  const onChange = (): Promise<void> => Promise.resolve(void (changes += 1));
  const onUnwatchable = (cause: unknown): void => void causes.push(cause);
  const options = {
    onChange,
    onUnwatchable,
    known: fingerprintOf('{}'),
    ignoreAbsent: true,
    ...(watchFolder && { watchFolder }),
  };
  running = new FileWatch([path], options);
  running.start();
  return running;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-watch-'));
  path = join(folder, 'config.json');
  await writeFile(path, '{}');
  [changes, causes] = [0, []];
});

afterEach(async () => {
  running.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the watch of files', () => {
  it('tells of a change, and not of a file that was written as it was', async () => {
    watchWith();
    await writeFile(path, '{}');
    await writeFile(path, '{ "http": {} }');
    await expect.poll(() => changes).toBe(1);
  });

  it('tells of a change between loading and watching', async () => {
    await writeFile(path, '{ "http": {} }');
    watchWith();
    await expect.poll(() => changes).toBe(1);
  });

  it('goes on by looking where the system has no watch to give, and says so', async () => {
    const watched = watchWith(() => {
      throw NONE_LEFT;
    });
    expect(causes).toEqual([NONE_LEFT]);
    await watched.force();
    expect(changes).toBe(1);
  });

  it('goes on by looking where the watch breaks off, and says so', () => {
    const watcher = Object.assign(new EventEmitter(), { close: () => undefined });
    // All that is used of a watcher.
    watchWith(() => watcher as unknown as FSWatcher);
    watcher.emit('error', NONE_LEFT);
    expect(causes).toEqual([NONE_LEFT]);
  });
});
