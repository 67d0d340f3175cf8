import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, digestOf } from '@berth/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { describeWith } from '../requirements/requires.js';
import { FakeBlobUpstream } from './fake-blob-upstream.js';
import { GeneratedBlob } from './generated-blob.js';
import { pollUntil } from './poll-until.js';
import { forgetPeak, megabytes, memoryOf } from './process-memory.js';
import { tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { openSocketRequest } from './socket-request.js';
import { useServers } from './use-servers.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MOST_GROWTH = 100e6;

const servers = useServers();
const upstreams: FakeBlobUpstream[] = [];
afterEach(() => {
  for (const upstream of upstreams.splice(0)) upstream.close();
});

async function upstreamOf(size: number, read: (start: number) => Readable): Promise<FakeBlobUpstream> {
  const upstream = await FakeBlobUpstream.start(size, read);
  upstreams.push(upstream);
  return upstream;
}

/** A server below `folder` that mirrors `upstream`. */
async function mirrorOf({ url }: FakeBlobUpstream, folder?: string): Promise<ServerProcess> {
  const place = folder ?? (await servers.folder());
  await cp(join(import.meta.dirname, '../plugins/tiny-mirror'), join(place, 'tiny-mirror'), { recursive: true });
  return servers.start({ extensions: { 'tiny-mirror': { plugin: './tiny-mirror', url } } }, place);
}

function sha256(bytes: Buffer): Digest {
  return digestOf('sha256', createHash('sha256').update(bytes).digest('hex'));
}

/** Pulls, and gives the digest of what came; tells of each piece. */
async function digestOfPull(server: ServerProcess, digest: Digest, onBytes?: (all: number) => void): Promise<Digest> {
  const response = await openSocketRequest(server.url, 'GET', `/v2/mirror/app/blobs/${digest}`);
  expect(response.statusCode).toBe(200);
  const hash = createHash('sha256');
  let length = 0;
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      hash.update(piece);
      onBytes?.((length += piece.byteLength));
      done();
    },
  });
  await pipeline(response, sink);
  return digestOf('sha256', hash.digest('hex'));
}

describeWith({ programs: ['curl'] }, 'curl, which pulls through a mirror', () => {
  it.each([1, 64 * KIB, 64 * KIB + 1, MIB])('fails where the upstream gives a wrong blob of %i bytes', async (size) => {
    const bytes = new SeededRandom(testSeed(), 'wrong').bytes(size);
    const digest = sha256(bytes);
    bytes[0] = ~(bytes[0] ?? 0) & 0xff;
    const upstream = await upstreamOf(size, () => Readable.from([bytes]));
    const server = await mirrorOf(upstream);
    const target = join(await servers.folder(), 'got');
    const url = `${server.url}/v2/mirror/app/blobs/${digest}`;

    expect((await tryCommand('curl', ['-s', '-o', target, url])).code).not.toBe(0);
    expect((await tryCommand('curl', ['-s', '-o', target, url])).code).not.toBe(0);
    expect(upstream.asked).toEqual([0, 0]);
  });
});

/** At most so much of a fetch is in memory only. Bytes. */
const NOT_WRITTEN_YET = 4 * MIB;

describe('a mirror that is killed at half of a blob', () => {
  it('gets after its start what was missing, and no more', async () => {
    const blob = new GeneratedBlob(testSeed(), 64 * MIB);
    const digest = blob.digest();
    const upstream = await upstreamOf(blob.size, (start) => from(blob, start));
    upstream.bytesPerSecond = 32 * MIB;
    const folder = await servers.folder();
    const server = await mirrorOf(upstream, folder);
    const half = Promise.withResolvers<undefined>();
    const pulled = digestOfPull(server, digest, (all) => {
      if (all >= blob.size / 2) half.resolve(undefined);
    });
    pulled.catch(() => undefined);
    await half.promise;
    await server.kill();
    await expect(pulled).rejects.toThrow();

    const again = await mirrorOf(upstream, folder);
    upstream.sent = 0;
    expect(await digestOfPull(again, digest)).toBe(digest);
    const resumedAt = upstream.asked[1] ?? 0;
    // What a client has may have come to it from memory, and not have been written when the server was killed.
    expect(resumedAt).toBeGreaterThan(blob.size / 2 - NOT_WRITTEN_YET);
    expect(upstream.sent).toBe(blob.size - resumedAt);
    await pollUntil('the blob is held', 5000, async () => {
      await digestOfPull(again, digest);
      return upstream.asked.length === 2;
    });
  }, 60_000);
});

describe('a blob of 1 GiB from an upstream', () => {
  it('comes through to two clients, of which one is slow, within 100 MB of memory', async () => {
    const blob = new GeneratedBlob(testSeed(), GIB);
    const digest = blob.digest();
    const upstream = await upstreamOf(blob.size, (start) => from(blob, start));
    const server = await mirrorOf(upstream);
    const before = (await memoryOf(server.pid)).resident;
    await forgetPeak(server.pid);
    const stuck = await openSocketRequest(server.url, 'GET', `/v2/mirror/app/blobs/${digest}`);
    stuck.pause().on('error', () => undefined);
    const start = performance.now();
    expect(await digestOfPull(server, digest)).toBe(digest);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const growth = (await memoryOf(server.pid)).peak - before;
    process.stdout.write(`1 GiB through a mirror: resident memory rose by ${megabytes(growth)} (${seconds} s)\n`);
    stuck.destroy();

    expect(growth).toBeLessThan(MOST_GROWTH);
    expect(upstream.asked).toEqual([0]);
  }, 120_000);
});

/** The bytes of `blob` from `start` on. */
function from(blob: GeneratedBlob, start: number): Readable {
  const piece = Math.floor(start / MIB) * MIB;
  const stream = blob.read(piece);
  if (start === piece) return stream;
  let skip = start - piece;
  return Readable.from(
    (async function* () {
      for await (const bytes of stream as AsyncIterable<Buffer>) {
        const wanted = bytes.subarray(Math.min(skip, bytes.byteLength));
        skip -= bytes.byteLength - wanted.byteLength;
        if (wanted.byteLength > 0) yield wanted;
      }
    })(),
    { objectMode: false },
  );
}
