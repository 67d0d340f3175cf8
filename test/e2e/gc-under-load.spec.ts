import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { pushBlob, pushManifest } from '../kit/push.js';
import type { RegistryRequest } from '../kit/registry-request.js';
import { Latencies } from './latency.js';
import { pollUntil } from './poll-until.js';
import { linksOf } from './pull-and-verify.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const MANIFESTS = 10_000;
const CLIENTS = 20;
/** Both servers get so much of the same load before anything is measured, so that both run compiled code. */
const WARM_UP = 3000;
/** Measured before and after the collection, so that what else the machine does weighs on both alike. */
const QUIET_WINDOW = 8000;
/** The first collection begins after the warm-up and soon. */
const COLLECTING = { gcDelay: '2s', gcInterval: '4s' };
const COLLECTION_DEADLINE = 120_000;
const MOST_RATIO = 2;
/**
 * Milliseconds. Below it a ratio says nothing of the collection: one scheduling slice of the kernel, or one collection
 * of the client's own heap, takes as long.
 */
const FLOOR = 5;

interface Load {
  /** Of each request that reads. */
  readonly pulls: Latencies;
  /** Of each request that writes. */
  readonly pushes: Latencies;
  /** Answers that no client of its own repository should get. */
  readonly failures: string[];
}

describe('garbage collection over 10,000 manifests while 20 clients push and pull', () => {
  const servers = useServers();
  const garbage: Digest[] = [];
  let quiet: Load;
  let collecting: Load;

  beforeAll(async () => {
    const folder = await servers.folder();
    const prepared = await servers.start({ storage: { gc: false } }, folder);
    await pushGarbage(prepared);
    quiet = emptyLoad();
    await loadWhile('before', prepared, quiet, () => delay(QUIET_WINDOW));
    await prepared.stop();

    const collector = await servers.start({ storage: COLLECTING }, folder);
    collecting = emptyLoad();
    await loadWhile('collecting', collector, collecting, async () => {
      if (await lastIsGone(collector)) throw new Error('the collection was over before it was measured');
      await pollUntil('the garbage is gone', COLLECTION_DEADLINE, () => lastIsGone(collector));
    });
    await collector.stop();

    const resting = await servers.start({ storage: { gc: false } }, folder);
    await loadWhile('after', resting, quiet, () => delay(QUIET_WINDOW));
    print('quiet', quiet);
    print('collecting', collecting);
  }, 300_000);

  it('answers nothing with a server error, and nothing that is in use as missing', () => {
    expect([...quiet.failures, ...collecting.failures]).toEqual([]);
  });

  it('keeps the p99 of a reading request within twice that of the server that does not collect', () => {
    expect(collecting.pulls.quantile(0.99)).toBeLessThan(MOST_RATIO * Math.max(FLOOR, quiet.pulls.quantile(0.99)));
  });

  it('keeps the p99 of a writing request within twice that of the server that does not collect', () => {
    expect(collecting.pushes.quantile(0.99)).toBeLessThan(MOST_RATIO * Math.max(FLOOR, quiet.pushes.quantile(0.99)));
  });

  /** Untagged manifests that share one configuration, and so cost a PUT each. */
  async function pushGarbage({ request }: ServerProcess): Promise<void> {
    const [config] = anImage({ seed: 1 }).withLayers(0).build().blobs;
    if (!config) throw new Error('an image has a configuration');
    await pushBlob(request, 'garbage/many', config);
    let next = 0;
    const pushSome = async (): Promise<void> => {
      while (next < MANIFESTS) {
        next += 1;
        const annotations = { 'org.example.number': String(next) };
        const { manifest, mediaType, digest } = anImage({ seed: 1 }).withLayers(0).withAnnotations(annotations).build();
        const headers = { 'content-type': mediaType };
        const put = await request('PUT', `/v2/garbage/many/manifests/${digest}`, { headers, body: manifest });
        if (put.status !== 201) throw new Error(`PUT: ${String(put.status)} ${put.body.toString()}`);
        garbage.push(digest);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, pushSome));
  }

  /**
   * The collector goes through the rows in the order of their creation, so what came last goes last. A GET, since a HEAD would
   * mark what it asks about as seen and so keep it.
   */
  async function lastIsGone({ request }: ServerProcess): Promise<boolean> {
    const last = garbage.slice(-CLIENTS);
    const answers = await Promise.all(last.map((digest) => request('GET', `/v2/garbage/many/manifests/${digest}`)));
    return answers.every(({ status }) => status === 404);
  }

  /** Lets 20 clients push and pull, to warm up and then while `window` is under way, and measures that into `measured`. */
  async function loadWhile(
    name: string,
    server: ServerProcess,
    measured: Load,
    window: () => Promise<unknown>,
  ): Promise<void> {
    const warmUp = emptyLoad();
    const state = { load: warmUp, ended: false };
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      const random = new SeededRandom(client, name);
      const request = measuredRequest(server.request, () => state.load);
      while (!state.ended) await pushAndPull(request, `load/by-${String(client)}`, random.integer(0, 2 ** 32 - 1));
    });
    const course = async (): Promise<void> => {
      await delay(WARM_UP);
      state.load = measured;
      await window().finally(() => (state.ended = true));
    };
    await Promise.all([...clients, course()]);
    measured.failures.push(...warmUp.failures);
  }
});

function emptyLoad(): Load {
  return { pushes: new Latencies(), pulls: new Latencies(), failures: [] };
}

async function pushAndPull(request: RegistryRequest, repository: string, seed: number): Promise<void> {
  const image = anImage({ seed }).withLayers(2).withLayerSize(4096).build();
  await pushManifest(request, repository, image, { tag: 'latest' });
  const manifest = await request('GET', `/v2/${repository}/manifests/latest`);
  if (!manifest.body.equals(image.manifest)) throw new Error(`${repository}:latest is not what was pushed`);
  for (const digest of linksOf(manifest.body).blobs) await request('GET', `/v2/${repository}/blobs/${digest}`);
}

/** `request`, writing into what `load` gives how long each took and whether it failed. */
function measuredRequest(request: RegistryRequest, load: () => Load): RegistryRequest {
  return async (method, path, options) => {
    const { pulls, pushes, failures } = load();
    const response = await (method === 'GET' ? pulls : pushes).measure(() => request(method, path, options));
    if (response.status >= 400) failures.push(`${method} ${path}: ${String(response.status)}`);
    return response;
  };
}

function print(name: string, { pushes, pulls }: Load): void {
  const figures = Object.entries({ pulls, pushes }).map(([kind, latencies]) => {
    const [median, p99] = [latencies.quantile(0.5), latencies.quantile(0.99)].map((value) => `${value.toFixed(1)} ms`);
    return `${kind}: ${String(latencies.count)} requests, p50 ${String(median)}, p99 ${String(p99)}`;
  });
  process.stdout.write(`${name}: ${figures.join('; ')}\n`);
}
