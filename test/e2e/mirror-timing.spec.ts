import { FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { Latencies } from './latency.js';
import type { ServerProcess } from './server-process.js';
import { timedPull } from './timed-pull.js';
import { useServers } from './use-servers.js';

const MEGABYTE = 1e6;
const RATE = 10 * MEGABYTE;
/** Milliseconds after the upstream. */
const MANIFEST_WITHIN = 100;
const LAYER_WITHIN = 200;
/** Times as long as without a mirror. */
const MOST_TIMES = 1.05;
/** Each layer takes the upstream twice as long as its first byte may take. */
const ROUNDS = 9;
const SMALL_LAYER = 4 * MEGABYTE;
const LARGE_LAYER = 200 * MEGABYTE;

const servers = useServers();
let upstream: FakeUpstream;
let mirror: ServerProcess;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  upstream.behaviour = { bytesPerSecond: RATE };
  mirror = await servers.start({ extensions: { sync: { registries: [{ urls: [upstream.url], onDemand: true }] } } });
});
afterAll(() => upstream.close());

function anImageOf(layerSize: number, number: number): BuiltManifest {
  return anImage({ seed: testSeed() + number })
    .withLayerSize(layerSize)
    .build();
}

function layerPath(repository: string, { blobs }: BuiltManifest): string {
  return `/v2/${repository}/blobs/${blobs.at(-1)?.digest ?? expect.fail()}`;
}

/** Milliseconds between the first byte that the upstream sent for `path` and the first that came here. */
function delayOf(path: string, { firstByteAt }: { readonly firstByteAt: number }): number {
  const [request, another] = upstream.requests.filter((one) => one.method === 'GET' && one.path === path);
  expect(another).toBeUndefined();
  return firstByteAt - (request?.answer.firstByteAt ?? expect.fail(`nobody asked for ${path}`));
}

describe('the first pull through a mirror', () => {
  /**
   * Cold pulls in a row, of which the median counts, since one may fall into a moment in which the machine does something else.
   * Each comes with a request for `/v2/`, which the same process answers without an upstream: what a busy machine adds to a
   * pull it adds to that as well, and it is allowed.
   */
  it('begins with a manifest and a layer as soon as the upstream does', async () => {
    const [manifests, layers, pings] = [new Latencies(), new Latencies(), new Latencies()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const image = anImageOf(SMALL_LAYER, round);
      const repository = `first/app-${String(round)}`;
      upstream.has(repository, image, 'v1');
      await pings.measure(() => timedPull(mirror.url, '/v2/'));
      const manifest = `/v2/${repository}/manifests/v1`;
      const pulled = await timedPull(mirror.url, manifest);
      expect([pulled.status, pulled.digest]).toEqual([200, image.digest]);
      manifests.add(delayOf(manifest, pulled));
      const layer = layerPath(repository, image);
      layers.add(delayOf(layer, await timedPull(mirror.url, layer)));
    }
    const [manifest, layer, ping] = [manifests, layers, pings].map((delays) => delays.quantile(0.5));
    process.stdout.write(
      `first pull: manifest ${String(manifest?.toFixed(1))} ms, layer ${String(layer?.toFixed(1))} ms after the upstream's ` +
        `first byte; /v2/ takes ${String(ping?.toFixed(1))} ms (medians of ${String(ROUNDS)})\n`,
    );

    expect(manifest).toBeLessThan(MANIFEST_WITHIN + (ping ?? 0));
    expect(layer).toBeLessThan(LAYER_WITHIN + (ping ?? 0));
  });

  /** Both at once, over a connection each that is as slow: whatever slows one of them down slows the other. */
  it('of 200 MB at 10 MB/s takes as long as one from the upstream, and the next needs no upstream', async () => {
    const image = anImageOf(LARGE_LAYER, ROUNDS);
    for (const repository of ['large/direct', 'large/app']) upstream.has(repository, image, 'v1');
    const layer = layerPath('large/app', image);
    const [direct, mirrored] = await Promise.all([
      timedPull(upstream.url, layerPath('large/direct', image)),
      timedPull(mirror.url, layer),
    ]);
    const times = mirrored.milliseconds / direct.milliseconds;
    process.stdout.write(
      `200 MB: ${direct.milliseconds.toFixed(0)} ms direct, ${mirrored.milliseconds.toFixed(0)} ms mirrored ` +
        `(${times.toFixed(3)}), first byte ${delayOf(layer, mirrored).toFixed(1)} ms after the upstream's\n`,
    );
    const again = await timedPull(mirror.url, layer);

    expect(times).toBeLessThan(MOST_TIMES);
    const { digest } = image.blobs.at(-1) ?? expect.fail();
    expect([direct.digest, mirrored.digest, again.digest]).toEqual([digest, digest, digest]);
    expect(upstream.count('GET', /^\/v2\/large\/app\/blobs\//)).toBe(1);
  });
});
