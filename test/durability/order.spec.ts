import { describe, expect, it } from 'vitest';
import { parseRepositoryName } from '@berth/sdk';
import type { TransactionOptions } from '../../src/metadata/database.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { WriteAheadLog } from '../../src/metadata/dialects/sqlite/write-ahead-log.js';
import type { Facts } from '../../src/metadata/schema.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { nodeFileSystem } from '../../src/storage/filesystem/file-system.js';
import { ContentClient } from '../contracts/content-client.js';
import { openServices } from '../contracts/open-services.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { aBlob } from '../kit/builders/built-manifest.js';
import { anImage } from '../kit/builders/builders.js';
import { watchedFileSystem } from './watched-file-system.js';

/** Tells when the body of a transaction that somebody waits for has run, which is right before its commit. */
class WatchedDatabase extends SqliteDatabase {
  constructor(
    folder: string,
    durable: boolean,
    private readonly steps: string[],
  ) {
    const openLog = (path: string): Promise<WriteAheadLog> =>
      WriteAheadLog.open(path, async (file) => {
        await file.datasync();
        steps.push('flush');
      });
    super({ folder, durable, openLog });
  }

  override transaction<Result>(work: (facts: Facts) => Promise<Result>, options?: TransactionOptions): Promise<Result> {
    return super.transaction(async (facts) => {
      const result = await work(facts);
      if (options?.durable !== false) this.steps.push('commit');
      return result;
    }, options);
  }
}

const DISK_STEPS = new Set<string>(['write', 'sync', 'rename', 'syncFolder']);
const repository = parseRepositoryName('library/app') ?? expect.fail();

async function watchedRegistry(durable: boolean) {
  const root = temporaryFolder();
  const steps: string[] = [];
  const fileSystem = watchedFileSystem(nodeFileSystem, (call) => {
    if (DISK_STEPS.has(call)) steps.push(call);
  });
  const database = new WatchedDatabase(root, durable, steps);
  const storage = new FilesystemBlobStorage({ root, durable, fileSystem });
  const services = await openServices({ database, storage });
  return { services, steps, client: new ContentClient(services) };
}

describe('a push that is made durable', () => {
  it('writes, syncs file and folder, commits and flushes a blob in that order before it answers', async () => {
    const { services, steps, client } = await watchedRegistry(true);
    await client.pushBlob(repository, aBlob(Buffer.from('first')));
    const second = aBlob(Buffer.from('second'));
    steps.length = 0;

    await client.pushBlob(repository, second);
    steps.push('answer');

    // The first blob of a folder also makes the names of the folders above durable, before anything is moved there.
    const withoutNewFolders = steps.filter((step, at) => step !== 'syncFolder' || at > steps.indexOf('rename'));
    expect(withoutNewFolders).toEqual(['write', 'sync', 'rename', 'syncFolder', 'commit', 'flush', 'answer']);
    await services.close();
  });

  it('makes the names of new folders durable before a file is moved into them', async () => {
    const { services, steps, client } = await watchedRegistry(true);
    steps.length = 0;
    await client.pushBlob(repository, aBlob(Buffer.from('first')));

    expect(steps.indexOf('syncFolder')).toBeGreaterThan(-1);
    expect(steps.indexOf('syncFolder')).toBeLessThan(steps.indexOf('rename'));
    await services.close();
  });

  it('flushes the commit of a manifest before it answers', async () => {
    const { services, steps, client } = await watchedRegistry(true);
    const image = anImage().build();
    for (const blob of image.blobs) await client.pushBlob(repository, blob);
    steps.length = 0;
    await client.pushManifest(repository, image);
    steps.push('answer');

    expect(steps).toEqual(['commit', 'flush', 'answer']);
    await services.close();
  });

  it('flushes the commit of a deletion before it answers', async () => {
    const { services, steps, client } = await watchedRegistry(true);
    const image = anImage().build();
    await client.push(repository, image);
    steps.length = 0;
    await client.deleteReference(repository, image.digest);
    steps.push('answer');

    expect(steps).toEqual(['commit', 'flush', 'answer']);
    await services.close();
  });
});

describe('a push where storage.commit is false', () => {
  it('waits for no sync and no flush', async () => {
    const { services, steps, client } = await watchedRegistry(false);
    steps.length = 0;
    await client.pushBlob(repository, aBlob(Buffer.from('quick')));

    expect(steps).toEqual(['write', 'rename', 'commit']);
    await services.close();
  });
});
