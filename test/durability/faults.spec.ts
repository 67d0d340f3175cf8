import { describe, expect, it } from 'vitest';
import { parseRepositoryName, parseTag, StorageError } from '@berth/sdk';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { WriteAheadLog } from '../../src/metadata/dialects/sqlite/write-ahead-log.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { brokenFacts } from '../contracts/broken-facts.js';
import { ANYBODY, ContentClient } from '../contracts/content-client.js';
import { openServices } from '../contracts/open-services.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { aBlob } from '../kit/builders/built-manifest.js';
import { anImage } from '../kit/builders/builders.js';
import { failure, SimulatedDisk } from './simulated-disk.js';
import { type FileSystemCall, watchedFileSystem } from './watched-file-system.js';

const ROOT = '/registry';
const repository = parseRepositoryName('library/app') ?? expect.fail();
const tag = parseTag('latest') ?? expect.fail();
const witness = anImage({ seed: 1 }).build();
const DAY = 86_400_000;

/** A registry whose disk, or whose flush of the facts, can be made to fail once. */
async function faultyRegistry() {
  const calls: (FileSystemCall | 'flush')[] = [];
  let fault: { code: string; at: number } | undefined;
  const watch = (call: FileSystemCall | 'flush'): void => {
    calls.push(call);
    if (!fault || fault.at > 0) {
      if (fault) fault.at -= 1;
      return;
    }
    const { code } = fault;
    fault = undefined;
    throw failure(code, call);
  };
  const disk = new SimulatedDisk(ROOT);
  const storage = new FilesystemBlobStorage({ root: ROOT, durable: true, fileSystem: watchedFileSystem(disk, watch) });
  const openLog = (path: string): Promise<WriteAheadLog> => WriteAheadLog.open(path, async () => watch('flush'));
  const database = new SqliteDatabase({ folder: temporaryFolder(), durable: true, openLog });
  const services = await openServices({ database, storage });
  const client = new ContentClient(services);
  await client.push(repository, witness, tag);
  calls.length = 0;
  return {
    services,
    client,
    calls,
    disk,
    /** Makes the call fail that comes after `at` others. */
    fail: (code: string, at: number) => (fault = { code, at }),
    heal: () => (fault = undefined),
  };
}

type FaultyRegistry = Awaited<ReturnType<typeof faultyRegistry>>;

/** Every fault the disk can have in a push: each of its calls in turn. */
async function callsOfOnePush(): Promise<readonly string[]> {
  const { client, calls, services } = await faultyRegistry();
  await client.pushBlob(repository, aBlob(Buffer.from('blob 0')));
  await services.close();
  return [...calls];
}

async function expectSound({ services, client, disk }: FaultyRegistry): Promise<void> {
  await client.pull(repository, witness);
  expect(await brokenFacts(services.database.reader, services.storage)).toEqual([]);
  expect(disk.openFiles).toBe(0);
}

describe.each(['ENOSPC', 'EIO'])('a push whose disk says %s', (code) => {
  it('fails as a StorageError at every call but those it can do without, and the registry serves on', async () => {
    const calls = await callsOfOnePush();
    const registry = await faultyRegistry();
    const { client, heal, fail } = registry;
    const onDisk = calls.filter((call) => call !== 'flush').length;
    const refused = new Set<string>();
    for (let at = 0; at < onDisk; at++) {
      const blob = aBlob(Buffer.from(`blob ${String(at)}`));
      fail(code, at);
      const cause: unknown = await client.pushBlob(repository, blob).catch((error: unknown) => error);
      heal();
      if (cause !== undefined) {
        expect(cause, `the failure of call ${String(at)}, ${String(calls[at])}`).toBeInstanceOf(StorageError);
        refused.add(calls[at] ?? '');
      }
      await expectSound(registry);
      await client.pushBlob(repository, blob);
      await client.pullBlob(repository, blob.digest);
    }
    expect([...refused]).toEqual(expect.arrayContaining(['openForWriting', 'write', 'sync', 'rename', 'syncFolder']));
    await registry.services.close();
  });

  it('never becomes a wrong blob by a client that goes on with the same upload', async () => {
    const calls = await callsOfOnePush();
    const registry = await faultyRegistry();
    const { client, heal, fail } = registry;
    for (let at = 0; at < calls.filter((call) => call !== 'flush').length; at++) {
      const blob = aBlob(Buffer.from(`blob ${String(at)}`));
      const upload = await client.startUpload(repository);
      fail(code, at);
      const failed = await client.finishUpload(repository, upload, blob.digest, blob.bytes).then(
        () => false,
        () => true,
      );
      heal();
      if (failed) {
        // What it has sent is kept as far as it knows, so it only closes the upload. Whether that is taken depends on the
        // call that failed; that nothing wrong is kept is what counts, and is looked at next.
        await client.finishUpload(repository, upload, blob.digest, Buffer.alloc(0)).catch(() => undefined);
        await expectSound(registry);
        await client.pushBlob(repository, blob);
      }
      await client.pullBlob(repository, blob.digest);
    }
    await registry.services.close();
  });

  it('leaves no stray file behind the next collection', async () => {
    const calls = await callsOfOnePush();
    const registry = await faultyRegistry();
    const { client, heal, fail, services } = registry;
    for (let at = 0; at < calls.filter((call) => call !== 'flush').length; at++) {
      fail(code, at);
      // Some calls a push can do without, so it may fail or not; what it leaves behind is looked at below.
      await client.pushBlob(repository, aBlob(Buffer.from(`blob ${String(at)}`))).catch(() => undefined);
      heal();
    }
    services.clock.advance(DAY);
    await services.context.get(GarbageCollection).run({ delay: 0, signal: ANYBODY.signal, gentle: false });

    const left: string[] = [];
    for await (const { location } of services.storage.locations()) left.push(location);
    for await (const upload of services.storage.uploads()) left.push(upload);
    expect(left).toHaveLength(witness.blobs.length);
    await expectSound(registry);
    await services.close();
  });

  it('refuses every write once the facts could not be flushed, and serves what it has', async () => {
    const registry = await faultyRegistry();
    const { client, fail, services } = registry;
    const calls = await callsOfOnePush();
    const blob = aBlob(Buffer.from('blob 0'));
    expect(calls.at(-1)).toBe('flush');
    fail(code, calls.length - 1);

    await expect(client.pushBlob(repository, blob)).rejects.toBeInstanceOf(StorageError);
    expect(services.database.failure).toBeInstanceOf(StorageError);
    await expect(client.pushBlob(repository, witness.blobs[0] ?? expect.fail())).rejects.toBeInstanceOf(StorageError);
    await expect(client.pushManifest(repository, witness, tag)).rejects.toBeInstanceOf(StorageError);
    await expectSound(registry);
    await services.close();
  });
});
