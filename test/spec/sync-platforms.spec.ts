import { anImage, anIndex, type BuiltManifest, type TestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import scrub from '../../plugins/scrub/src/index.js';
import { Scrubber } from '../../plugins/scrub/src/scrubber.js';
import { ByteRate } from '../../plugins/scrub/src/byte-rate.js';
import sync from '../../plugins/sync/src/index.js';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { createTestRegistry } from '@berth/testkit';
import { JobScheduler } from '../../src/jobs/job-scheduler.js';
import { askedOf, runOnce } from './use-runs.js';
import { pull, useSync } from './use-sync.js';

const { upstream } = useSync();
const ARCHITECTURES = ['amd64', 'arm64', 's390x', 'ppc64le', 'riscv64', '386'];

function sixPlatforms(): BuiltManifest {
  const children = ARCHITECTURES.map((architecture) => anImage().withPlatform({ os: 'linux', architecture }).build());
  return anIndex()
    .of(...children)
    .build();
}

async function withMirror(url: string, section: object, use: (registry: TestRegistry) => Promise<void>): Promise<void> {
  const registries = [{ urls: [url], pollInterval: '6h', content: [{ prefix: '**' }], ...section }];
  const registry = await createTestRegistry({
    plugins: [
      { plugin: sync, section: { registries } },
      { plugin: scrub, section: {} },
    ],
  });
  await registry.application.get(JobScheduler).stop(0);
  try {
    await use(registry);
  } finally {
    await registry.close();
  }
}

describe('with platforms', () => {
  it.each([
    ['of the registry', { platforms: ['linux/amd64'] }],
    ['of its content', { platforms: ['linux/s390x'], content: [{ prefix: '**', platforms: ['linux/amd64'] }] }],
  ])('%s, a run fetches those alone, and the index stays whole, byte for byte', async (_, section) => {
    const from = await upstream();
    const index = sixPlatforms();
    from.has('team/app', index, '1');
    await withMirror(from.url, { ...section, onDemand: true }, async (registry) => {
      await runOnce(registry);
      const [amd64, arm64] = index.children;
      if (!amd64 || !arm64) expect.fail();
      expect(from.count('GET', /manifests/)).toBe(2);
      expect(from.count('GET', /blobs/)).toBe(amd64.blobs.length);
      expect((await pull(registry, 'team/app/manifests/1')).body).toEqual(index.manifest);
      askedOf(from);
      expect((await runOnce(registry)).counts.bytes).toBe(0);
      expect(from.count('GET', /manifests|blobs/)).toBe(0);

      // Another platform, when somebody wants it.
      expect((await pull(registry, `team/app/manifests/${arm64.digest}`)).body).toEqual(arm64.manifest);
      expect(from.count('GET', /manifests/)).toBe(1);
    });
  });

  it('neither scrub nor garbage collection tells of what is not here, or takes away what is', async () => {
    const from = await upstream();
    const index = sixPlatforms();
    from.has('team/app', index, '1');
    await withMirror(from.url, { platforms: ['linux/amd64'], onDemand: false }, async (registry) => {
      await runOnce(registry);
      registry.clock.advance(365 * 24 * 3_600_000);
      const { signal } = new AbortController();
      const pass = await registry.application.get(Scrubber, { strict: false }).run({ rate: new ByteRate(0), signal });
      expect(pass).toMatchObject({ damaged: 0, missingReferences: 0 });
      const collected = await registry.application
        .get(GarbageCollection, { strict: false })
        .run({ delay: 0, gentle: false, signal });
      expect(collected).toMatchObject({ manifests: 0, blobs: 0 });

      await from.close();
      const [amd64, arm64] = index.children;
      if (!amd64 || !arm64) expect.fail();
      expect((await pull(registry, 'team/app/manifests/1')).body).toEqual(index.manifest);
      expect((await pull(registry, `team/app/manifests/${amd64.digest}`)).body).toEqual(amd64.manifest);
      for (const { digest, bytes } of amd64.blobs)
        expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
      expect((await pull(registry, `team/app/manifests/${arm64.digest}`)).status).toBe(404);
    });
  });
});
