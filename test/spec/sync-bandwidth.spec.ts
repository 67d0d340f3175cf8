import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aBlob, anImage, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { ConfigReload } from '../../src/config-reload.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const blobs = [aBlob(randomBytes(60_000)), aBlob(randomBytes(60_000))];
const image = anImage().build();
/** Milliseconds by which a timer may be early, all in all. */
const GRACE = 20;

async function anUpstream(): Promise<FakeUpstream> {
  const from = await upstream();
  for (const blob of blobs) from.hasBlob('team/app', blob);
  from.has('team/app', image, 'v1');
  return from;
}

async function pullAll(registry: TestRegistry): Promise<number> {
  const began = performance.now();
  await Promise.all(
    blobs.map(async ({ digest, bytes }) => {
      expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
    }),
  );
  return performance.now() - began;
}

async function reload({ application, foundations }: TestRegistry, registries: readonly object[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-sync-reload-'));
  const path = join(folder, 'berth.json');
  await writeFile(path, JSON.stringify({ extensions: { sync: { registries } } }));
  expect(await new ConfigReload(application, foundations.config, path).reload()).toBe('applied');
  await rm(folder, { recursive: true });
}

describe('an upstream with bytesPerSecond', () => {
  it('gives its blobs no faster, however many at once, and nobody waits behind them for a manifest', async () => {
    const from = await anUpstream();
    const registry = await mirror([from, { bytesPerSecond: '150KB' }]);
    const all = pullAll(registry);
    const began = performance.now();
    expect((await pull(registry, 'team/app/manifests/v1')).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(400);
    expect(await all).toBeGreaterThan(800 - GRACE);
  });

  it('bounds nobody else, and is held up by none that it bounds', async () => {
    const [bounded, free] = [await anUpstream(), await anUpstream()];
    const registry = await mirror(
      [bounded, { bytesPerSecond: '1KB', content: [{ prefix: 'bounded/**' }] }],
      [free, { content: [{ prefix: 'team/**' }] }],
    );
    expect(await pullAll(registry)).toBeLessThan(2000);
  });

  it('takes a new value by a reload, for what is on its way too', async () => {
    const from = await anUpstream();
    const registry = await mirror([from, { bytesPerSecond: '10KB' }]);
    const all = pullAll(registry);
    await expect.poll(() => from.count('GET', /blobs/)).toBe(2);
    await reload(registry, [{ urls: [from.url], onDemand: true, bytesPerSecond: '10MB' }]);
    expect(await all).toBeLessThan(5000);
  });
});
