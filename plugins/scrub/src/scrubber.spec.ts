import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredBlob } from '@berth/sdk';
import { BlobCheck } from './blob-check.js';
import { ByteRate } from './byte-rate.js';
import { DamageRecord } from './damage-record.js';
import { DamagedBlobs } from './damaged-blobs.js';
import {
  CountingMeter,
  FakeBlobStore,
  FakeFiles,
  FakeManifestStore,
  REPOSITORY as repository,
  sha256,
  SilentLogger,
  SteppingClock,
} from './ports.fixture.js';
import { ScrubMetrics } from './scrub-metrics.js';
import { ScrubProgress } from './scrub-progress.js';
import { type PassOptions, Scrubber } from './scrubber.js';

const NEVER = new AbortController().signal;

let blobs: FakeBlobStore;
let manifests: FakeManifestStore;
let files: FakeFiles;
let logger: SilentLogger;
let meter: CountingMeter;
let clock: SteppingClock;
let record: DamageRecord;

/** A process of its own over the same store and files. */
function aScrubber(): Scrubber {
  record = new DamageRecord(files, logger);
  const metrics = new ScrubMetrics(meter);
  const damaged = new DamagedBlobs(blobs, record, metrics, clock, logger);
  const progress = new ScrubProgress(files, logger);
  return new Scrubber(blobs, manifests, new BlobCheck(blobs), damaged, progress, record, metrics, clock, logger);
}

function run(options: Partial<PassOptions> = {}) {
  return aScrubber().run({ rate: new ByteRate(0), signal: NEVER, ...options });
}

beforeEach(() => {
  [blobs, manifests, files] = [new FakeBlobStore(), new FakeManifestStore(), new FakeFiles()];
  [logger, meter, clock] = [new SilentLogger(), new CountingMeter(), new SteppingClock()];
});

describe('a pass over every blob', () => {
  it('finds nothing in blobs that are whole, having read each once', async () => {
    for (const text of ['one', 'two', 'three']) blobs.put(text);

    expect(await run()).toMatchObject({ blobs: 3, bytes: 11, damaged: 0, missingReferences: 0 });
    expect(blobs.reads).toHaveLength(3);
    expect(meter.counts.get('blobs_total')).toBe(3);
  });

  it.each([
    ['of the same size', Buffer.from('hellp'), 'digest'],
    ['of another size', Buffer.from('hell'), 'size'],
    ['that are gone', 'gone', 'missing'],
  ] as const)('takes a blob with bytes %s out of service and tells of the images', async (_, bytes, problem) => {
    const { digest } = blobs.put('hello', bytes);
    const told: string[] = [];

    expect(await run({ onDamaged: (blob) => told.push(blob.digest) })).toMatchObject({ damaged: 1, repaired: 0 });
    expect(blobs.copies.get(digest)?.state).toBe('quarantined');
    expect(told).toEqual([digest]);
    expect(logger.errors).toEqual(['a stored blob is damaged']);
    expect((await record.list()).blobs).toMatchObject([{ digest, problem, images: [{ repository }] }]);
    expect(meter.counts.get('damaged_total')).toBe(1);
  });

  it('tells of a blob that the disk does not give, and leaves it in service', async () => {
    const { digest } = blobs.put('hello', 'unreadable');

    expect(await run()).toMatchObject({ damaged: 1 });
    expect(blobs.copies.get(digest)?.state).toBe('present');
    expect((await record.list()).blobs).toMatchObject([{ problem: 'unreadable' }]);
  });

  it('does not take what is whole at the second reading for damaged', async () => {
    const { digest } = blobs.put('hello', Buffer.from('hellp'));
    blobs.onRead = () => {
      if (blobs.reads.length === 2) blobs.put('hello');
    };

    expect(await run()).toMatchObject({ damaged: 0 });
    expect(blobs.copies.get(digest)?.state).toBe('present');
  });

  it('does not take what was collected or replaced meanwhile for damaged', async () => {
    const { digest } = blobs.put('hello', 'gone');
    blobs.put('world', 'gone');
    blobs.onRead = ({ digest: read }) => {
      const copy = blobs.copies.get(read);
      if (read === digest) blobs.copies.delete(read);
      else if (copy) blobs.copies.set(read, { ...copy, revision: 'second' });
    };

    expect(await run()).toMatchObject({ blobs: 2, damaged: 0 });
    expect((await record.list()).blobs).toEqual([]);
  });

  it('has damage repaired, and writes the repair down', async () => {
    blobs.put('hello', Buffer.from('hellp'));
    blobs.outcome = 'repaired';

    expect(await run()).toMatchObject({ damaged: 0, repaired: 1 });
    expect((await record.list()).blobs).toMatchObject([{ repairedAt: expect.any(Number) as number }]);
  });

  it('tries again to have repaired what an earlier pass took out of service', async () => {
    blobs.put('hello', Buffer.from('hellp'));
    await run();
    expect(await run()).toMatchObject({ damaged: 1, repaired: 0 });
    const [{ foundAt } = expect.fail()] = (await record.list()).blobs;
    blobs.outcome = 'repaired';

    expect(await run()).toMatchObject({ damaged: 0, repaired: 1 });
    expect((await record.list()).blobs).toMatchObject([{ foundAt, problem: 'digest' }]);
  });

  it('forgets a damaged blob that was collected with all that named it', async () => {
    const { digest } = blobs.put('hello', Buffer.from('hellp'));
    await run();
    blobs.copies.delete(digest);
    await run();

    expect((await record.list()).blobs).toEqual([]);
  });

  it('tells of references to what is not there, but not again of what is damaged', async () => {
    const { digest } = blobs.put('hello', Buffer.from('hellp'));
    const missing = {
      repository,
      manifest: sha256(Buffer.from('m')),
      digest: sha256(Buffer.from('x')),
      kind: 'layer',
    } as const;
    manifests.pages = [[missing], [{ ...missing, digest }], []];

    expect(await run()).toMatchObject({ damaged: 1, missingReferences: 1 });
    expect((await record.list()).missing).toEqual([missing]);
    expect(await run()).toMatchObject({ missingReferences: 1 });
    expect((await record.list()).missing).toEqual([missing]);
  });
});

describe('a pass that is interrupted', () => {
  it('goes on behind the last blob that was read, in another process too', async () => {
    for (let count = 0; count < 250; count++) blobs.put(String(count));
    const abort = new AbortController();
    blobs.onRead = () => {
      if (blobs.reads.length === 120) abort.abort(new Error('the server is stopping'));
    };
    await expect(run({ signal: abort.signal })).rejects.toThrow('the server is stopping');
    const before = blobs.reads.length;

    expect(await run()).toMatchObject({ blobs: 250 });
    expect(new Set(blobs.reads).size).toBe(250);
    expect(blobs.reads.length - before).toBeLessThanOrEqual(131);
  });

  it('begins anew where that is asked for', async () => {
    blobs.put('hello');
    const abort = new AbortController();
    blobs.onRead = () => abort.abort(new Error('stop'));
    await expect(run({ signal: abort.signal })).rejects.toThrow('stop');
    blobs.onRead = () => {};

    expect(await run({ isFresh: true })).toMatchObject({ blobs: 1 });
  });
});

describe('the memory of a pass', () => {
  it('does not grow with the number of blobs', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const pages: WeakRef<readonly StoredBlob[]>[] = [];
    const bytes = Buffer.from('x');
    let [scanned, mostAlive] = [0, 0];
    blobs.scan = async (_, limit) => {
      if (pages.length % 50 === 49) {
        // What a promise has just given stays until the turn of the event loop is over.
        await new Promise(setImmediate);
        collectGarbage();
        mostAlive = Math.max(mostAlive, pages.filter((page) => page.deref()).length);
      }
      const length = scanned < 20_000 ? limit : 0;
      scanned += length;
      const page = Array.from({ length }, (): StoredBlob => {
        return { store: 'default', digest: sha256(bytes), size: 1, state: 'present', revision: 'first' };
      });
      pages.push(new WeakRef(page));
      return page;
    };
    blobs.readStored = async () => Readable.from([bytes]);

    expect(await run()).toMatchObject({ blobs: 20_000, damaged: 0 });
    expect(mostAlive).toBeLessThan(5);
  }, 60_000);
});
