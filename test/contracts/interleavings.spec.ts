import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobStore, DEFAULT_STORE, RegistryError } from '@berth/sdk';
import { GarbageCollector } from '../../src/content/garbage-collection/garbage-collector.js';
import { anImage } from '../kit/builders/builders.js';
import { brokenFacts } from './broken-facts.js';
import { ANYBODY, ContentClient } from './content-client.js';
import { nameOf, tagOf } from './metadata-samples.js';
import type { OpenServices } from './open-services.js';
import { everyInterleaving, offStage, type Operations, type Performance, turn } from './stage.js';
import { openStagedRegistry, RegistrySnapshot } from './staged-registry.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

const A = nameOf('library/a');
const B = nameOf('library/b');
const LATEST = tagOf('latest');
const MINE = tagOf('mine');
const DAY = 86_400_000;
const HOUR = 3_600_000;

/** One blob each, so that every step there is counts. */
const image = anImage({ seed: 1 }).withLayers(0).build();
const other = anImage({ seed: 2 }).withLayers(0).withPlatform({ architecture: 'arm64', os: 'linux' }).build();
const blob = image.blobs[0] ?? expect.fail();

let folder: string;
let services: OpenServices;
let client: ContentClient;
let snapshot: RegistrySnapshot;

beforeAll(async () => {
  folder = makeTemporaryFolder();
  services = await openStagedRegistry(folder);
  client = new ContentClient(services);
  await fillRegistry();
  snapshot = await RegistrySnapshot.take(services);
});

afterAll(async () => {
  await services.close();
  removeFolder(folder);
});

async function collect(delay: number): Promise<void> {
  const { signal } = ANYBODY;
  await turn();
  const options = { delay, stores: [DEFAULT_STORE], signal, gentle: false, onRemoved: () => {} };
  await services.context.get(GarbageCollector).collect(options);
}

/** The look-up of the row is no step of its own: what it finds is checked again by the transaction. */
async function quarantine(): Promise<void> {
  await turn();
  await services.context.get(BlobStore, { strict: false }).quarantine({ store: DEFAULT_STORE, digest: blob.digest });
}

/** Nobody comes between to the start of an upload that nobody else knows. */
async function pushBlob(): Promise<void> {
  const upload = await offStage(() => client.startUpload(B));
  await client.finishUpload(B, upload, blob.digest, blob.bytes);
}

/** What each operation does; those that are named for a push are answered with a complete image, or refused. */
const OPERATIONS = {
  push: async () => {
    await pushBlob();
    await client.pushManifest(B, image, MINE);
  },
  mountAndPush: async () => {
    if (!(await client.mount(B, blob.digest, A))) await pushBlob();
    await client.pushManifest(B, image, MINE);
  },
  headAndPush: async () => {
    const isThere = await client.headBlob(B, blob.digest).then(
      () => true,
      () => false,
    );
    if (!isThere) await pushBlob();
    await client.pushManifest(B, image, MINE);
  },
  quarantine: () => quarantine(),
  moveTag: () => client.pushManifest(A, other, LATEST),
  deleteTag: () => client.deleteReference(A, LATEST),
  deleteManifest: () => client.deleteReference(A, image.digest),
  collect: () => collect(0),
  collectOld: () => collect(HOUR),
} satisfies Operations;

type OperationName = keyof typeof OPERATIONS;

const PUSHES: readonly OperationName[] = ['push', 'mountAndPush', 'headAndPush'];
const ALL: readonly OperationName[] = [...PUSHES, 'moveTag', 'deleteTag', 'deleteManifest', 'collect', 'collectOld'];
const PAIRS = ALL.flatMap((one, at) => ALL.slice(at).map((two): OperationName[] => [one, two]));
/** Who takes nothing within the grace time and who does differ only to a push. */
const TELLING = PAIRS.filter((pair) => !pair.includes('collectOld') || PUSHES.some((push) => pair.includes(push)));
const TRIPLES: readonly OperationName[][] = [
  ['mountAndPush', 'deleteTag', 'deleteManifest'],
  ['headAndPush', 'deleteTag', 'deleteManifest'],
  ['moveTag', 'deleteTag', 'deleteManifest'],
];
const QUARANTINES = [...PUSHES, 'deleteManifest', 'collect', 'quarantine'].map((name) => ['quarantine', name]) as [
  OperationName,
  OperationName,
][];

/** An image under a tag, another that nobody tagged, and a blob that B holds and nobody names: all a day old. */
async function fillRegistry(): Promise<void> {
  await client.push(A, image, LATEST);
  await client.push(A, other);
  await client.pushBlob(B, blob);
  services.clock.advance(DAY);
}

/** `names` as operations: one that is there twice has a number behind it. */
function operationsOf(names: readonly OperationName[]): Operations {
  return Object.fromEntries(names.map((name, at) => [`${name} ${String(at)}`, OPERATIONS[name]]));
}

async function expectSound(names: readonly OperationName[], { outcomes, steps }: Performance): Promise<void> {
  const order = steps.join(', ');
  expect(await brokenFacts(services.database.reader, services.storage), order).toEqual([]);
  for (const outcome of outcomes) {
    const isPush = PUSHES.some((push) => outcome.name.startsWith(push));
    if ('error' in outcome) {
      // Refused with a reason is right, broken is not.
      expect(outcome.error, `${outcome.name} in ${order}`).toBeInstanceOf(RegistryError);
      // Within the grace time a collection takes nothing from a push.
      if (isPush && !names.includes('collect')) expect.fail(`${outcome.name} was refused in ${order}`);
    } else if (isPush) {
      await client.pull(B, image).catch((cause: unknown) => expect.fail(`${String(cause)} after ${order}`));
    }
  }
}

describe.each([...TELLING, ...TRIPLES].map((names) => ({ names, title: names.join(' with ') })))(
  '$title',
  ({ names }) => {
    it('keeps every fact true and every answered push complete, in every order of their steps', async () => {
      const count = await everyInterleaving(
        async () => {
          await snapshot.restore();
          return operationsOf(names);
        },
        (performance) => expectSound(names, performance),
      );
      expect(count).toBeGreaterThan(1);
    }, 60_000);
  },
);

/** Every location that is there and that no row names, or that a row names and that is not there. */
async function strayLocations(): Promise<string[]> {
  const rows = await services.database.reader.selectFrom('blobs').select('location').execute();
  const odd = new Set(rows.map(({ location }) => location));
  for await (const { location } of services.storage.locations()) if (!odd.delete(location)) odd.add(location);
  return [...odd];
}

async function expectRepairable({ outcomes, steps }: Performance): Promise<void> {
  const order = steps.join(', ');
  expect(await brokenFacts(services.database.reader, services.storage), order).toEqual([]);
  expect(await strayLocations(), order).toEqual([]);
  for (const outcome of outcomes) {
    if ('error' in outcome) expect(outcome.error, `${outcome.name} in ${order}`).toBeInstanceOf(RegistryError);
  }
  await client.pushBlob(B, blob);
  await client.pushManifest(B, image, MINE);
  await client.pull(B, image).catch((cause: unknown) => expect.fail(`${String(cause)} after ${order}`));
  expect(await strayLocations(), order).toEqual([]);
}

describe.each(QUARANTINES.map((names) => ({ names, title: names.join(' with ') })))('$title', ({ names }) => {
  it('leaves no false fact and no stray file, and the next push repairs, in every order of their steps', async () => {
    const count = await everyInterleaving(async () => {
      await snapshot.restore();
      return operationsOf(names);
    }, expectRepairable);
    expect(count).toBeGreaterThan(1);
  }, 60_000);
});
