import { FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBlob, type BuiltBlob } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { forgetPeak, megabytes, memoryOf } from './process-memory.js';
import type { ServerProcess } from './server-process.js';
import { openSocketRequest } from './socket-request.js';
import { useServers } from './use-servers.js';

const CLIENTS = 50;
const SMALL = 20e6;
const LARGE = 100e6;
/** How much more memory five times as large a blob may take. Bytes. */
const MOST_GROWTH = 40e6;

const servers = useServers();
let upstream: FakeUpstream;
let mirror: ServerProcess;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  mirror = await servers.start({ extensions: { sync: { registries: [{ urls: [upstream.url], onDemand: true }] } } });
});
afterAll(() => upstream.close());

/** Pulls `blob` and compares each byte as it comes; true where all came. Leaves after `leavesAt` bytes. */
async function comesWhole({ digest, bytes }: BuiltBlob, leavesAt = Infinity): Promise<boolean> {
  const response = await openSocketRequest(mirror.url, 'GET', `/v2/crowd/app/blobs/${digest}`);
  expect(response.statusCode).toBe(200);
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (bytes.compare(piece, 0, piece.byteLength, length, length + piece.byteLength) !== 0) return false;
    length += piece.byteLength;
    if (length >= leavesAt) return false;
  }
  return length === bytes.byteLength;
}

/** Fifty clients at once, of which the first leaves at half. Gives the most memory that the mirror took meanwhile. */
async function peakOfCrowd(size: number): Promise<number> {
  const blob = aBlob(new SeededRandom(testSeed(), 'a crowd').bytes(size));
  upstream.hasBlob('crowd/app', blob);
  await forgetPeak(mirror.pid);
  const clients = Array.from({ length: CLIENTS }, (_, client) => comesWhole(blob, client === 0 ? size / 2 : undefined));

  expect(await Promise.all(clients)).toEqual(clients.map((_, client) => client > 0));
  expect(upstream.requests.filter(({ path }) => path.endsWith(blob.digest)).map(({ method }) => method)).toEqual([
    'GET',
  ]);
  return (await memoryOf(mirror.pid)).peak;
}

describe('one cold blob that fifty clients ask for at once', () => {
  it('is fetched once, comes whole to the 49 that stay, and takes no more memory for being large', async () => {
    const small = await peakOfCrowd(SMALL);
    const began = performance.now();
    const large = await peakOfCrowd(LARGE);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(
      `fifty clients: at most ${megabytes(small)} resident for ${megabytes(SMALL)}, ${megabytes(large)} for ` +
        `${megabytes(LARGE)} (${seconds} s)\n`,
    );

    expect(large - small).toBeLessThan(MOST_GROWTH);
  });
});
