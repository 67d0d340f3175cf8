import type { Digest } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { SeededRandom, anySeed } from '../kit/builders/seeded-random.js';
import { pushBlob, pushManifest } from '../kit/push.js';
import type { RegistryRequest } from '../kit/registry-request.js';
import { Latencies } from './latency.js';
import { pollUntil } from './poll-until.js';
import { linksOf } from './pull-and-verify.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const MANIFESTS = 10_000;
const CLIENTS = 20;
const QUIET_WINDOW = 5000;
const COLLECTION_DEADLINE = 120_000;
const MOST_RATIO = 2;
/**
 * Milliseconds. Below it a ratio says nothing of the collection: one scheduling slice of the kernel, or one collection
 * of the client's own heap, takes as long.
 */
const FLOOR = 5;

interface Load {
  readonly pushes: Latencies;
  readonly pulls: Latencies;
  /** Statuses that no client should see. */
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
    quiet = await loadWhile(prepared, (end) => new Promise((resolve) => setTimeout(resolve, QUIET_WINDOW)).then(end));
    await prepared.stop();

    const collector = await servers.start({ storage: { gcDelay: '2s', gcInterval: '1s' } }, folder);
    collecting = await loadWhile(collector, async (end) => {
      await pollUntil('the garbage is gone', COLLECTION_DEADLINE, () => lastIsGone(collector));
      end();
    });
    print('quiet', quiet);
    print('collecting', collecting);
  }, 300_000);

  it('answers nothing with a server error, and nothing that is in use as missing', () => {
    expect([...quiet.failures, ...collecting.failures]).toEqual([]);
  });

  it('keeps the p99 of a pull within twice that of the server that does not collect', () => {
    expect(collecting.pulls.quantile(0.99)).toBeLessThan(MOST_RATIO * Math.max(FLOOR, quiet.pulls.quantile(0.99)));
  });

  it('keeps the p99 of a push within twice that of the server that does not collect', () => {
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

  /** The collector goes through the rows in the order of their creation, so what came last goes last. */
  async function lastIsGone({ request }: ServerProcess): Promise<boolean> {
    const last = garbage.slice(-CLIENTS);
    const answers = await Promise.all(last.map((digest) => request('HEAD', `/v2/garbage/many/manifests/${digest}`)));
    return answers.every(({ status }) => status === 404);
  }

  /** Lets 20 clients push and pull until `window` calls its `end`. */
  async function loadWhile(server: ServerProcess, window: (end: () => void) => Promise<void>): Promise<Load> {
    const load: Load = { pushes: new Latencies(), pulls: new Latencies(), failures: [] };
    const state = { ended: false };
    const request = noting(server.request, load.failures);
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      const random = new SeededRandom(anySeed(), `client ${String(client)}`);
      for (let count = 0; !state.ended; count += 1) {
        const image = anImage({ seed: random.integer(0, 2 ** 32 - 1) })
          .withLayers(2)
          .withLayerSize(4096)
          .build();
        const repository = `load/by-${String(client)}`;
        await load.pushes.measure(() => pushManifest(request, repository, image, { tag: 'latest' }));
        await load.pulls.measure(() => pull(request, repository, image));
      }
    });
    const windowEnds = window(() => (state.ended = true));
    await Promise.all([...clients, windowEnds]);
    return load;
  }
});

async function pull(request: RegistryRequest, repository: string, image: BuiltManifest): Promise<void> {
  const manifest = await request('GET', `/v2/${repository}/manifests/latest`);
  if (!manifest.body.equals(image.manifest)) throw new Error(`${repository}:latest is not what was pushed`);
  for (const digest of linksOf(manifest.body).blobs) await request('GET', `/v2/${repository}/blobs/${digest}`);
}

/** `request`, writing into `failures` every answer that a client of its own repository must never get. */
function noting(request: RegistryRequest, failures: string[]): RegistryRequest {
  return async (method, path, options) => {
    const response = await request(method, path, options);
    if (response.status >= 400) failures.push(`${method} ${path}: ${String(response.status)}`);
    return response;
  };
}

function print(name: string, { pushes, pulls }: Load): void {
  const figures = Object.entries({ pushes, pulls }).map(
    ([kind, latencies]) =>
      `${String(latencies.count)} ${kind}, p50 ${latencies.quantile(0.5).toFixed(1)} ms, p99 ${latencies.quantile(0.99).toFixed(1)} ms`,
  );
  process.stdout.write(`${name}: ${figures.join('; ')}\n`);
}
