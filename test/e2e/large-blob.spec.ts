import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, digestOf } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { testSeed } from '../kit/builders/test-seed.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import type { RegistryResponse } from '../kit/registry-request.js';
import { GeneratedBlob } from './generated-blob.js';
import { forgetPeak, megabytes, memoryOf } from './process-memory.js';
import type { ServerProcess } from './server-process.js';
import { openSocketRequest } from './socket-request.js';
import { useServers } from './use-servers.js';

const GIBIBYTE = 1024 ** 3;
const SIZE = 5 * GIBIBYTE;
const CHUNK = GIBIBYTE;
const MOST_GROWTH = 100e6;
const TIMEOUT = 400_000;

describe('a blob of 5 GiB', () => {
  const servers = useServers();

  it(
    'goes in by one PUT and out again within 100 MB of memory',
    async () => {
      await passesWithin100Megabytes('PUT', async (server, blob) => {
        const digest = blob.digest();
        const opened = await server.request('POST', '/v2/large/blob/blobs/uploads/');
        const path = `${withQuery(uploadLocation(opened))}digest=${digest}`;
        const headers = { 'content-length': String(blob.size), 'content-type': 'application/octet-stream' };
        expectStatus(await server.request('PUT', path, { headers, body: blob.read() }), 201);
        return digest;
      });
    },
    TIMEOUT,
  );

  it(
    'goes in by PATCH in chunks, with its digest told at the end, and out again within 100 MB of memory',
    async () => {
      await passesWithin100Megabytes('PATCH', async (server, blob) => {
        const hash = createHash('sha256');
        let location = uploadLocation(await server.request('POST', '/v2/large/blob/blobs/uploads/'));
        for (let start = 0; start < blob.size; start += CHUNK) {
          const end = Math.min(start + CHUNK, blob.size);
          const range = {
            'content-range': `${String(start)}-${String(end - 1)}`,
            'content-length': String(end - start),
          };
          const headers = { ...range, 'content-type': 'application/octet-stream' };
          const patched = await server.request('PATCH', location, { headers, body: blob.read(start, end, hash) });
          expectStatus(patched, 202);
          location = uploadLocation(patched);
        }
        const digest = digestOf('sha256', hash.digest('hex'));
        expectStatus(await server.request('PUT', `${withQuery(location)}digest=${digest}`), 201);
        return digest;
      });
    },
    TIMEOUT,
  );

  /** Pushes by `push`, pulls, checks the digest of what came, and prints by how much the server grew at its peak. */
  async function passesWithin100Megabytes(
    name: string,
    push: (server: ServerProcess, blob: GeneratedBlob) => Promise<Digest>,
  ): Promise<void> {
    const folder = await servers.folder();
    const server = await servers.start({}, folder);
    const before = (await memoryOf(server.pid)).resident;
    await forgetPeak(server.pid);
    const pushStart = performance.now();
    const digest = await push(server, new GeneratedBlob(testSeed(), SIZE));
    const pullStart = performance.now();
    expect(await digestOfPull(server, digest)).toBe(digest);
    const pullEnd = performance.now();
    const growth = (await memoryOf(server.pid)).peak - before;
    const times = `in ${seconds(pullStart - pushStart)}, out ${seconds(pullEnd - pullStart)}`;
    process.stdout.write(`5 GiB by ${name}: resident memory rose by ${megabytes(growth)} (${times})\n`);
    expect(growth).toBeLessThan(MOST_GROWTH);
    await server.stop();
    // At once, so that the test never needs room for more than one of them.
    await rm(folder, { recursive: true });
  }
});

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function expectStatus(response: RegistryResponse, status: number): void {
  expect([response.status, response.body.toString()]).toEqual([status, '']);
}

async function digestOfPull(server: ServerProcess, digest: Digest): Promise<Digest> {
  const response = await openSocketRequest(server.url, 'GET', `/v2/large/blob/blobs/${digest}`);
  expect([response.statusCode, response.headers['content-length']]).toEqual([200, String(SIZE)]);
  const hash = createHash('sha256');
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  await pipeline(response, sink);
  return digestOf('sha256', hash.digest('hex'));
}
