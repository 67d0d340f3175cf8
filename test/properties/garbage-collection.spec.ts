import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Digest, RegistryError, type Tag } from '@berth/sdk';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
import { brokenFacts } from '../contracts/broken-facts.js';
import { ANYBODY, ContentClient } from '../contracts/content-client.js';
import { nameOf, tagOf } from '../contracts/metadata-samples.js';
import { type OpenServices, openServices } from '../contracts/open-services.js';
import { makeTemporaryFolder, removeFolder } from '../contracts/temporary-folder.js';
import { anArtifact, anImage, anIndex } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { blobsOf, closureOf, type Node, reachable } from './reachability.js';

const HOUR = 3_600_000;
const repository = nameOf('library/model');
const TAGS = ['a', 'b', 'c', 'd'].map(tagOf);

const SHARED = Buffer.from('a layer that several images have');
const images = [1, 2, 3].map((seed) => anImage({ seed }).withLayers(1).withLayerSize(20).withLayer(SHARED).build());
const [one, two, three] = images as [BuiltManifest, BuiltManifest, BuiltManifest];
const index = anIndex({ seed: 4 }).of(one, two).build();
const nested = anIndex({ seed: 5 }).of(index, three).build();
const signature = anArtifact({ seed: 6 }).withSubject(one).build();
const ofIndex = anArtifact({ seed: 7 }).withSubject(index).build();
const ofSignature = anArtifact({ seed: 8 }).withSubject(signature).build();

const NODES: readonly Node[] = [
  ...[one, two, three, index, nested].map((built) => ({ built, subject: undefined })),
  { built: signature, subject: one },
  { built: ofIndex, subject: index },
  { built: ofSignature, subject: signature },
];

type Operation =
  | { readonly kind: 'push'; readonly node: Node; readonly tag: Tag | undefined }
  | { readonly kind: 'untag'; readonly tag: Tag }
  | { readonly kind: 'collect' };

interface Step {
  /** Milliseconds that pass before. */
  readonly pause: number;
  /** At once, each tag in one of them at most, so that the model need not know their order. */
  readonly operations: readonly { readonly operation: Operation; readonly lateness: number }[];
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      node: fc.constantFrom(...NODES),
      tag: fc.option(fc.constantFrom(...TAGS), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('untag' as const), tag: fc.constantFrom(...TAGS) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'collect' as const }) },
);
const step: fc.Arbitrary<Step> = fc.record({
  pause: fc.constantFrom(0, 1, 2 * HOUR),
  operations: fc.uniqueArray(fc.record({ operation, lateness: fc.nat({ max: 6 }) }), {
    maxLength: 5,
    selector: ({ operation }) => ('tag' in operation ? operation.tag : undefined) ?? Symbol('untagged'),
  }),
});

/** What must be there: what tags name, and referrers that were pushed while their subject was there for sure ever since. */
class Model {
  readonly tags = new Map<Tag, BuiltManifest>();
  readonly #referrers = new Set<Node>();

  apply(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === 'collect' || operation.tag === undefined) continue;
      this.#forgetReferrersOf(this.tags.get(operation.tag));
      if (operation.kind === 'untag') this.tags.delete(operation.tag);
      else this.tags.set(operation.tag, operation.node.built);
    }
    const kept = reachable([...this.tags.values()], []);
    for (const operation of operations) {
      if (operation.kind !== 'push') continue;
      const { subject } = operation.node;
      if (subject && kept.has(subject.digest)) this.#referrers.add(operation.node);
    }
  }

  kept(): Set<Digest> {
    return reachable([...this.tags.values()], [...this.#referrers]);
  }

  /** A tag was taken off `root`: for a moment nothing may have kept what it names. */
  #forgetReferrersOf(root: BuiltManifest | undefined): void {
    const lost = reachable(root ? [root] : [], NODES);
    for (const node of this.#referrers) if (node.subject && lost.has(node.subject.digest)) this.#referrers.delete(node);
  }
}

async function collect({ context }: OpenServices, delay: number): Promise<void> {
  await context.get(GarbageCollection).run({ delay, signal: ANYBODY.signal, gentle: false });
}

async function run(services: OpenServices, client: ContentClient, operation: Operation): Promise<void> {
  if (operation.kind === 'collect') return collect(services, HOUR);
  if (operation.kind === 'push') return client.push(repository, operation.node.built, operation.tag);
  await client.deleteReference(repository, operation.tag).catch((cause: unknown) => {
    // There may be no such tag; that is no failure.
    if (!(cause instanceof RegistryError) || cause.code !== 'MANIFEST_UNKNOWN') throw cause;
  });
}

async function after(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
}

async function heldDigests({ database, storage }: OpenServices) {
  const manifests = await database.reader.selectFrom('manifests').select('digest').execute();
  const blobs = await database.reader.selectFrom('blobs').select(['digest', 'location']).execute();
  const files = new Set<string>();
  for await (const { location } of storage.locations()) files.add(location);
  return {
    manifests: new Set(manifests.map(({ digest }) => digest)),
    blobs: new Set(blobs.map(({ digest }) => digest)),
    strayFiles: [...files].filter((file) => !blobs.some(({ location }) => location === file)),
  };
}

async function expectKept(services: OpenServices, client: ContentClient, kept: ReadonlySet<Digest>): Promise<void> {
  expect(await brokenFacts(services.database.reader, services.storage)).toEqual([]);
  const wanted = NODES.flatMap(({ built }) => closureOf(built)).filter(({ digest }) => kept.has(digest));
  for (const built of wanted) await client.pull(repository, built);
}

async function withServices(use: (services: OpenServices) => Promise<void>): Promise<void> {
  const folder = makeTemporaryFolder();
  const services = await openServices({
    database: new SqliteDatabase({ folder, durable: false }),
    storage: new MemoryBlobStorage(),
  });
  try {
    await use(services);
  } finally {
    await services.close();
    removeFolder(folder);
  }
}

describe('garbage collection that races with pushes and deletions', () => {
  it('keeps all that can be reached, and in the end nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 7 }), (steps) =>
        withServices(async (services) => {
          const client = new ContentClient(services);
          const model = new Model();
          for (const { pause, operations } of steps) {
            services.clock.advance(pause);
            await Promise.all(
              operations.map(async ({ operation, lateness }) => {
                await after(lateness);
                await run(services, client, operation);
              }),
            );
            model.apply(operations.map(({ operation }) => operation));
            await expectKept(services, client, model.kept());
          }
          services.clock.advance(1000);
          await collect(services, 0);
          await expectKept(services, client, model.kept());

          const held = await heldDigests(services);
          const allowed = reachable([...model.tags.values()], NODES);
          expect([...held.manifests].filter((digest) => !allowed.has(digest))).toEqual([]);
          expect(held.blobs).toEqual(blobsOf(held.manifests, NODES));
          expect(held.strayFiles).toEqual([]);
        }),
      ),
      { numRuns: 60 },
    );
  });
});
