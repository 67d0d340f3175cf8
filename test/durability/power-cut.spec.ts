import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_STORE, BlobStore, parseRepositoryName, parseTag } from '@berth/sdk';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { brokenFacts } from '../contracts/broken-facts.js';
import { ANYBODY, ContentClient } from '../contracts/content-client.js';
import { openServices } from '../contracts/open-services.js';
import { removeFolder } from '../contracts/temporary-folder.js';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltBlob } from '../kit/builders/built-manifest.js';
import { type FoundFacts, type FoundFiles, PowerCut, ROOT } from './power-cut.js';

const repository = parseRepositoryName('library/app') ?? expect.fail();
const tag = parseTag('latest') ?? expect.fail();
const image = anImage({ seed: 1 }).withLayers(1).withLayerSize(3000).build();
const replacement = anImage({ seed: 2 }).withLayers(1).build();
const DAY = 86_400_000;

const FINDS: readonly [FoundFiles, FoundFacts][] = [
  ['power cut', 'flushed'],
  ['power cut', 'committed'],
  ['kill', 'flushed'],
  ['kill', 'committed'],
];

/** What the client was told was done, before the power went. */
interface Answered {
  readonly blobs: Set<BuiltBlob>;
  image: boolean;
  replacement: boolean;
  /** True once the image was asked to be deleted: it may be there or not from then on. */
  deleting: boolean;
}

/** Pushes, replaces, quarantines, repairs, deletes and collects until the power goes. */
async function live(machine: PowerCut, durable = true): Promise<Answered> {
  const answered: Answered = { blobs: new Set(), image: false, replacement: false, deleting: false };
  const storage = new FilesystemBlobStorage({ root: ROOT, durable, fileSystem: machine.fileSystem });
  const services = await openServices({ database: machine.database, storage });
  machine.settle();
  const client = new ContentClient(services);
  const answer = (note: () => void): void => {
    if (!machine.isOff) note();
  };
  try {
    for (const blob of image.blobs) {
      await client.pushBlob(repository, blob);
      answer(() => answered.blobs.add(blob));
    }
    await client.pushManifest(repository, image, tag);
    answer(() => (answered.image = true));
    await client.push(repository, replacement, tag);
    answer(() => (answered.replacement = true));
    answered.deleting = true;
    const [damaged = expect.fail()] = image.blobs;
    const { digest } = damaged;
    await services.context.get(BlobStore, { strict: false }).quarantine({ store: DEFAULT_STORE, digest });
    await client.pushBlob(repository, damaged);
    await client.deleteReference(repository, image.digest);
    services.clock.advance(DAY);
    await services.context.get(GarbageCollection).run({ delay: 0, signal: ANYBODY.signal, gentle: false });
  } catch (cause) {
    // Only a cut may end it early.
    if (!machine.isOff) throw cause;
  }
  machine.cut();
  await services.close();
  return answered;
}

/** Opens what is left on a machine whose power stays on, and gives what is wrong with it. */
async function faultsOf(
  machine: PowerCut,
  answered: Answered,
  files: FoundFiles,
  facts: FoundFacts,
): Promise<string[]> {
  const { disk, folder } = machine.found(files, facts);
  const storage = new FilesystemBlobStorage({ root: ROOT, durable: true, fileSystem: disk });
  const services = await openServices({ database: new SqliteDatabase({ folder, durable: false }), storage });
  const client = new ContentClient(services);
  const faults: string[] = [];
  const expectReadable = async (what: string, read: () => Promise<unknown>): Promise<void> => {
    await read().catch((cause: unknown) => faults.push(`${what} was answered and reads as: ${String(cause)}`));
  };
  try {
    faults.push(...(await brokenFacts(services.database.reader, storage)));
    if (!answered.deleting) {
      for (const blob of answered.blobs)
        await expectReadable(blob.digest, () => client.pullBlob(repository, blob.digest));
      if (answered.image) await expectReadable('the image', () => client.pull(repository, image));
    }
    if (answered.replacement) await expectReadable('the replacement', () => client.pull(repository, replacement));

    await client.push(repository, image, tag);
    await expectReadable('the image pushed once more', () => client.pull(repository, image));
    await client.deleteReference(repository, tag);
    services.clock.advance(DAY);
    await services.context.get(GarbageCollection).run({ delay: 0, signal: ANYBODY.signal, gentle: false });
    for await (const { location } of storage.locations()) faults.push(`${location} is left over`);
    for await (const upload of storage.uploads()) faults.push(`the upload ${upload} is left over`);
    if (disk.openFiles > 0) faults.push(`${String(disk.openFiles)} files are still open`);
  } finally {
    await services.close();
    removeFolder(folder);
  }
  return faults;
}

describe('a machine that loses its power before any step of a push, a deletion or a collection', () => {
  const machines: { machine: PowerCut; answered: Answered }[] = [];
  let steps: readonly string[] = [];

  beforeAll(async () => {
    const whole = new PowerCut(Number.POSITIVE_INFINITY);
    machines.push({ machine: whole, answered: await live(whole) });
    steps = [...whole.steps];
    for (let step = 0; step < steps.length; step++) {
      const machine = new PowerCut(step);
      machines.push({ machine, answered: await live(machine) });
    }
  }, 60_000);

  afterAll(() => {
    for (const { machine } of machines) machine.remove();
  });

  it('is cut before every write, sync, rename, removal and flush', () => {
    expect(steps).toEqual(expect.arrayContaining(['write', 'sync', 'rename', 'syncFolder', 'link', 'unlink', 'flush']));
    expect(machines[0]?.answered).toMatchObject({ image: true, replacement: true });
    expect(machines).toHaveLength(steps.length + 1);
  });

  it.each(FINDS)(
    'finds all it answered and nothing dangling, with the files of a %s and the facts that were %s',
    async (files, facts) => {
      const faults: string[] = [];
      for (const [at, { machine, answered }] of machines.entries()) {
        const before = at === 0 ? 'the end' : `step ${String(at - 1)} (${String(steps[at - 1])})`;
        for (const fault of await faultsOf(machine, answered, files, facts))
          faults.push(`cut before ${before}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
    60_000,
  );

  it('is found out where the storage syncs nothing', async () => {
    const machine = new PowerCut(Number.POSITIVE_INFINITY);
    const answered = await live(machine, false);

    expect(await faultsOf(machine, answered, 'power cut', 'flushed')).toContainEqual(
      expect.stringContaining('no bytes'),
    );
    machine.remove();
  });
});
