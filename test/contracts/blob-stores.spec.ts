import { StorageError } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import type { BlobStorage } from '../../src/storage/blob-storage.js';
import { BlobStores } from '../../src/storage/blob-stores.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
import { describeBlobStorage } from './blob-storage.contract.js';
import { gathered, HELLO, place } from './blob-storage-steps.js';
import { countingFileSystem } from './counting-file-system.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

interface Opened {
  readonly stores: BlobStores;
  readonly openFiles: () => number;
  readonly dispose: () => void;
}

const DRIVERS: Readonly<Record<string, () => Opened>> = {
  filesystem: () => {
    const root = makeTemporaryFolder();
    const { fileSystem, openFiles } = countingFileSystem();
    const at = (name: string): BlobStorage =>
      new FilesystemBlobStorage({ root: `${root}/${name}`, durable: true, fileSystem });
    return { stores: storesOf(at), openFiles, dispose: () => removeFolder(root) };
  },
  memory: () => ({ stores: storesOf(() => new MemoryBlobStorage()), openFiles: () => 0, dispose: () => {} }),
};

function storesOf(storage: (name: string) => BlobStorage): BlobStores {
  return new BlobStores(new Map(['default', 'fast'].map((name) => [name, storage(name)])));
}

describe.each(Object.entries(DRIVERS))('stores over %s', (driver, open) => {
  describeBlobStorage(`a named store (${driver})`, () => {
    const { stores, openFiles, dispose } = open();
    return { storage: stores.get('fast'), openFiles, dispose };
  });

  it('share no bytes: what is placed in one, or set aside, the others do not have', async () => {
    const { stores, dispose } = open();
    await stores.prepare();
    const location = await place(stores.get('fast'), 'upload');
    const aside = (await stores.get('fast').setAside(location)) ?? expect.fail();
    for (const where of [location, aside]) {
      expect([await stores.get('fast').size(where), await stores.get('default').size(where)]).toEqual([
        HELLO.bytes.byteLength,
        undefined,
      ]);
    }
    expect(await gathered(stores.get('default').locations())).toEqual([]);
    dispose();
  });

  it('are no more than are configured: of another one it is said that there is none', () => {
    const { stores, dispose } = open();
    expect(stores.names).toEqual(['default', 'fast']);
    expect(() => stores.get('slow')).toThrow(StorageError);
    dispose();
  });
});
