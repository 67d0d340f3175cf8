import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PluginFileStore } from './plugin-file-store.js';

let root: string;
let home: string;
let files: PluginFileStore;
const bytes = Buffer.from('some bytes');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-files-'));
  home = join(root, 'plugins', 'quota');
  files = new PluginFileStore(home, true);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('the files of a plugin', () => {
  it('give back what was written, below folders too', async () => {
    await files.write('state.json', Buffer.from('old'));
    await files.write('state.json', bytes);
    await files.write('models/small/one', bytes);

    expect(await files.read('state.json')).toEqual(bytes);
    expect(await files.read('models/small/one')).toEqual(bytes);
    expect(readdirSync(join(home, 'incoming'))).toEqual([]);
  });

  it('are absent where nothing was written, and after they are removed', async () => {
    expect(await files.read('state.json')).toBeUndefined();
    await files.write('state.json', bytes);
    await files.remove('state.json');

    expect(await files.read('state.json')).toBeUndefined();
    expect(await files.read('state.json/below')).toBeUndefined();
    await expect(files.remove('state.json')).resolves.toBeUndefined();
    await expect(files.remove('no/such/file')).resolves.toBeUndefined();
  });

  it('lie in a folder that exists', async () => {
    const folder = await files.folder();
    writeFileSync(join(folder, 'made-by-a-program'), bytes);

    expect(await files.read('made-by-a-program')).toEqual(bytes);
  });

  it.each([
    '',
    '.',
    '..',
    '../other/files/x',
    '/etc/passwd',
    'a//b',
    'a/',
    'a/../../b',
    'a\\b',
    'a\0',
    'x'.repeat(256),
  ])('have no name %j', async (name) => {
    await expect(files.read(name)).rejects.toThrow(TypeError);
    await expect(files.write(name, bytes)).rejects.toThrow(TypeError);
    await expect(files.remove(name)).rejects.toThrow(TypeError);
  });

  it('are not reached through a link that leads out', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'secret');
    const folder = await files.folder();
    symlinkSync(outside, join(folder, 'way-out'));
    symlinkSync(join(outside, 'secret'), join(folder, 'secret'));

    await expect(files.read('way-out/secret')).rejects.toThrow('leads out');
    await expect(files.read('secret')).rejects.toThrow('leads out');
    await expect(files.write('way-out/new', bytes)).rejects.toThrow('leads out');
    await expect(files.write('way-out/deep/new', bytes)).rejects.toThrow('leads out');
    await expect(files.remove('way-out/secret')).rejects.toThrow('leads out');
    await files.write('secret', bytes);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  it('fail with what the file system says', async () => {
    await files.write('a/b', bytes);

    await expect(files.read('a')).rejects.toThrow(StorageError);
    await expect(files.write('a', bytes)).rejects.toThrow(StorageError);
    await expect(files.write('a/b/c', bytes)).rejects.toThrow(StorageError);
  });

  it('lose what a crash left half written an hour ago', async () => {
    const incoming = join(home, 'incoming');
    mkdirSync(incoming, { recursive: true });
    for (const name of ['old', 'new']) writeFileSync(join(incoming, name), bytes);
    const before = Date.now() / 1000 - 3601;
    utimesSync(join(incoming, 'old'), before, before);
    await files.write('state.json', bytes);

    expect(readdirSync(incoming)).toEqual(['new']);
  });
});
