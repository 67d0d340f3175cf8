import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { digestOf, parseRepositoryName } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { BlobService } from '../../src/content/blobs/blob.service.js';
import { MissingBlobs } from '../../src/content/blobs/missing-blobs.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { brokenFacts } from '../contracts/broken-facts.js';
import { ANYBODY, readAll } from '../contracts/content-client.js';
import { openServices } from '../contracts/open-services.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { failure, SimulatedDisk } from './simulated-disk.js';
import { type FileSystemCall, watchedFileSystem } from './watched-file-system.js';

const ROOT = '/registry';
const PIECE = 16 * 1024;
const repository = parseRepositoryName('mirror/app') ?? expect.fail();
const bytes = new SeededRandom(3, 'faulty fills').bytes(8 * PIECE);
const digest = digestOf('sha256', createHash('sha256').update(bytes).digest('hex'));

/** A mirror whose upstream has one blob, and whose disk fails from one of its calls on, or once. */
async function faultyMirror() {
  const calls: FileSystemCall[] = [];
  const fault: { code: string | undefined; at: number; isLasting: boolean } = {
    code: undefined,
    at: 0,
    isLasting: false,
  };
  const disk = new SimulatedDisk(ROOT);
  const fileSystem = watchedFileSystem(disk, (call) => {
    calls.push(call);
    if (fault.code === undefined || fault.at-- > 0) return;
    const { code } = fault;
    if (!fault.isLasting) fault.code = undefined;
    // Reading what is there and removing it does not need what is missing.
    if (!['read', 'openForReading', 'close', 'unlink', 'statusOf'].includes(call)) throw failure(code, call);
  });
  const storage = new FilesystemBlobStorage({ root: ROOT, durable: true, fileSystem });
  const database = new SqliteDatabase({ folder: temporaryFolder(), durable: true });
  const services = await openServices({ database, storage });
  let asked = 0;
  services.context.get(HookRegistry, { strict: false }).add('blob.readMiss', 'fixture', {
    handle: () => {
      asked += 1;
      const pieces = Array.from({ length: 8 }, (_, at) => bytes.subarray(at * PIECE, (at + 1) * PIECE));
      const stream = Readable.from(pieces);
      return Promise.resolve({ outcome: 'found', found: { stream, size: bytes.byteLength, upstream: 'u' } } as const);
    },
  });
  calls.length = 0;
  const pull = async (): Promise<Buffer> => {
    const { blob, size } = await services.context.get(BlobService).open(repository, digest, ANYBODY);
    return readAll(blob, size);
  };
  /** Until what goes on behind the answer is over. */
  const settled = () => services.context.get(MissingBlobs).onApplicationShutdown();
  return { services, storage, disk, calls, fault, pull, settled, asked: () => asked };
}

describe.each(['ENOSPC', 'EIO'])('a pull through a mirror whose disk says %s', (code) => {
  it.each(['once', 'from then on'])(
    'at any of its calls, %s, is whole, asks the upstream once, and leaves nothing broken',
    async (how) => {
      const healthy = await faultyMirror();
      expect((await healthy.pull()).equals(bytes)).toBe(true);
      await expect
        .poll(async () => (await brokenFacts(healthy.services.database.reader, healthy.storage)).length)
        .toBe(0);
      await healthy.settled();
      const { length } = healthy.calls;
      await healthy.services.close();
      expect(length).toBeGreaterThan(5);

      for (let at = 0; at < length; at++) {
        const mirror = await faultyMirror();
        Object.assign(mirror.fault, { code, at, isLasting: how !== 'once' });
        expect((await mirror.pull()).equals(bytes), `with the failure of call ${String(at)}`).toBe(true);
        expect(mirror.asked()).toBe(1);
        await mirror.settled();
        mirror.fault.code = undefined;
        expect(await brokenFacts(mirror.services.database.reader, mirror.storage)).toEqual([]);
        expect(mirror.disk.openFiles).toBe(0);
        await mirror.services.close();
      }
    },
  );
});
