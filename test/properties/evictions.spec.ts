import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegistryError, type RepositoryName, type SourceFinds, type SourceResult, UpstreamCaches } from '@berth/sdk';
import { CacheKeeper } from '../../src/content/eviction/cache-keeper.js';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { ManifestService } from '../../src/content/manifests/manifest.service.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { Repositories } from '../../src/metadata/repositories.js';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';
import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
import { brokenFacts } from '../contracts/broken-facts.js';
import { ANYBODY, ContentClient } from '../contracts/content-client.js';
import { nameOf, tagOf } from '../contracts/metadata-samples.js';
import { type OpenServices, openServices } from '../contracts/open-services.js';
import { makeTemporaryFolder, removeFolder } from '../contracts/temporary-folder.js';
import { anImage, anIndex } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { closureOf } from './reachability.js';

const LAYER = 10_000;
const random = new SeededRandom(1, 'evictions');
const layers = Array.from({ length: 4 }, () => random.bytes(LAYER));
/** They share layers, so that what one of them needs is what others need as well. */
const images = [0, 1, 2, 3, 4].map((seed) =>
  anImage({ seed })
    .withLayers(1)
    .withLayerSize(LAYER)
    .withLayer(layers[seed % 4] ?? expect.fail())
    .withLayer(layers[(seed + 1) % 4] ?? expect.fail())
    .build(),
);
const index = anIndex({ seed: 9 })
  .of(...images.slice(0, 2))
  .build();
const BUILT: readonly BuiltManifest[] = [...images, index];
const UPSTREAMS = ['one', 'two'];
const MIRRORS = UPSTREAMS.flatMap((upstream) => [nameOf(`${upstream}/app`), nameOf(`${upstream}/lib`)]);
const LOCAL = nameOf('team/local');
const LIMITS = [0, 1, 20_000, 35_000, 60_000, 1_000_000];

type Operation =
  | {
      readonly kind: 'pull';
      readonly repository: RepositoryName;
      readonly built: number;
      readonly tagged: boolean;
    }
  | { readonly kind: 'push'; readonly repository: RepositoryName; readonly built: number }
  | { readonly kind: 'limit'; readonly upstream: string; readonly bytes: number }
  | { readonly kind: 'collect' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pull' as const),
      repository: fc.constantFrom(...MIRRORS),
      built: fc.nat({ max: BUILT.length - 1 }),
      tagged: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      repository: fc.constantFrom(LOCAL, ...MIRRORS),
      built: fc.nat({ max: BUILT.length - 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      upstream: fc.constantFrom(...UPSTREAMS),
      bytes: fc.constantFrom(...LIMITS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'collect' as const }) },
);
const steps = fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { maxLength: 6 });

/** A mirror of two upstreams that have all there is, and answer for what lies below their names. */
class Mirror {
  readonly limits = new Map<string, number>();
  readonly pushed: { readonly repository: RepositoryName; readonly built: BuiltManifest }[] = [];
  readonly client: ContentClient;
  isReachable = true;

  constructor(readonly services: OpenServices) {
    this.client = new ContentClient(services);
    const hooks = services.context.get(HookRegistry, { strict: false });
    const all = BUILT.flatMap(closureOf);
    hooks.add('manifest.readMiss', 'fixture', {
      handle: async ({ repository, reference }): Promise<SourceResult<SourceFinds['manifest.readMiss']>> => {
        const name = reference.kind === 'tag' ? reference.tag : reference.digest;
        const found = all.find(({ digest }) => name === digest || name === tagFor(digest));
        if (!found || !this.isReachable || repository === LOCAL) return { outcome: 'absent' };
        const { mediaType, manifest: bytes } = found;
        return { outcome: 'found', found: { mediaType, bytes, upstream: upstreamOf(repository) } };
      },
    });
    hooks.add('blob.readMiss', 'fixture', {
      handle: async ({ repository, digest }): Promise<SourceResult<SourceFinds['blob.readMiss']>> => {
        const blob = all.flatMap(({ blobs }) => blobs).find((one) => one.digest === digest);
        if (!blob || !this.isReachable || repository === LOCAL) return { outcome: 'absent' };
        const found = {
          stream: Readable.from([blob.bytes]),
          size: blob.bytes.byteLength,
          upstream: upstreamOf(repository),
        };
        return { outcome: 'found', found };
      },
    });
  }

  async run(operation: Operation): Promise<void> {
    const { context } = this.services;
    switch (operation.kind) {
      case 'pull':
        return this.#pull(operation.repository, builtOf(operation.built), operation.tagged);
      case 'push': {
        const { repository } = operation;
        const built = builtOf(operation.built);
        await this.client.push(repository, built, tagOf('pushed'));
        this.pushed.push({ repository, built });
        return;
      }
      case 'limit':
        this.limits.set(operation.upstream, operation.bytes);
        context.get(UpstreamCaches, { strict: false }).limit(this.limits);
        return;
      case 'collect':
        await context.get(GarbageCollection).run({ delay: 3_600_000, signal: ANYBODY.signal, gentle: false });
    }
  }

  async #pull(repository: RepositoryName, built: BuiltManifest, tagged: boolean): Promise<void> {
    const { context } = this.services;
    const reference = { kind: 'tag', tag: tagOf(tagFor(built.digest)) } as const;
    try {
      if (tagged) await context.get(ManifestService).pull(repository, reference, ANYBODY);
      await this.client.pull(repository, built);
    } catch (cause) {
      // Where a push was first, the repository mirrors nothing.
      const isLocal = await context.get(Repositories, { strict: false }).isLocal(repository);
      if (!(cause instanceof RegistryError) || !isLocal) throw cause;
    }
  }

  /** Until nothing is fetched and nothing evicted any more. */
  async quiet(): Promise<void> {
    const { reader } = this.services.database;
    const caches = this.services.context.get(UpstreamCaches, { strict: false });
    const isOver = async (): Promise<boolean> => {
      const held = await caches.usage();
      return [...this.limits].some(([upstream, limit]) => (held.get(upstream) ?? 0) > limit);
    };
    while ((await reader.selectFrom('uploads').select('id').execute()).length > 0 || (await isOver()))
      await new Promise(setImmediate);
  }

  async check(): Promise<void> {
    expect(await brokenFacts(this.services.database.reader, this.services.storage)).toEqual([]);
    this.isReachable = false;
    for (const { repository, built } of this.pushed) await this.client.pull(repository, built);
    this.isReachable = true;
  }
}

function builtOf(at: number): BuiltManifest {
  return BUILT[at] ?? expect.fail();
}

function upstreamOf(repository: RepositoryName): string {
  return repository.split('/')[0] ?? '';
}

function tagFor(digest: string): string {
  return `t${digest.slice(-8)}`;
}

async function withMirror(use: (mirror: Mirror) => Promise<void>): Promise<void> {
  const folder = makeTemporaryFolder();
  const database = new SqliteDatabase({ folder, durable: false });
  const services = await openServices({ database, storage: new MemoryBlobStorage() });
  try {
    await services.context.get(CacheKeeper).start();
    await use(new Mirror(services));
  } finally {
    await services.close();
    removeFolder(folder);
  }
}

describe('evictions among pulls, pushes and new limits', () => {
  it('fail no pull, touch nothing that was pushed, and end below every limit', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (groups) =>
        withMirror(async (mirror) => {
          for (const group of groups) {
            mirror.services.clock.advance(1000);
            await Promise.all(group.map((operation) => mirror.run(operation)));
            await mirror.quiet();
            await mirror.check();
          }
        }),
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});
