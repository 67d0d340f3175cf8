import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetadataError } from '../../metadata-error.js';
import { refuseNetworkFileSystem } from './network-file-system.js';
import { RootLock } from './root-lock.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the lock of a root directory', () => {
  it('is refused while another has it, naming the holder and what to do', async () => {
    const lock = await RootLock.take(folder);
    const refused = RootLock.take(folder);

    await expect(refused).rejects.toBeInstanceOf(MetadataError);
    await expect(refused).rejects.toThrow(`process ${String(process.pid)} on ${hostname()}`);
    await expect(refused).rejects.toThrow('storage.rootDirectory');
    lock.release();
  });

  it('is free again after its release', async () => {
    (await RootLock.take(folder)).release();
    const again = await RootLock.take(folder);
    again.release();
  });

  it('of one folder is none of another', async () => {
    const other = mkdtempSync(join(tmpdir(), 'berth-lock-'));
    const locks = [await RootLock.take(folder), await RootLock.take(other)];
    for (const lock of locks) lock.release();
    rmSync(other, { recursive: true });
  });
});

describe('a network file system', () => {
  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    // statfs gives the same magic number as a negative one on some machines.
    [0xff534d42 | 0, 'CIFS'],
    [0x01021997, '9P'],
  ])('of type %i is refused by its name, with advice', async (type, name) => {
    const refused = refuseNetworkFileSystem('/srv/berth', () => Promise.resolve(type));

    await expect(refused).rejects.toBeInstanceOf(MetadataError);
    await expect(refused).rejects.toThrow(`(${name})`);
    await expect(refused).rejects.toThrow('local disk');
  });

  it.each([
    ['ext4', 0xef53],
    ['XFS', 0x58465342],
    ['tmpfs', 0x01021994],
    ['overlayfs', 0x794c7630],
  ])('is not what %s is', async (_, type) => {
    await expect(refuseNetworkFileSystem('/srv/berth', () => Promise.resolve(type))).resolves.toBeUndefined();
  });

  it('is not what the folder of a test lies on', async () => {
    await expect(refuseNetworkFileSystem(folder)).resolves.toBeUndefined();
  });
});
