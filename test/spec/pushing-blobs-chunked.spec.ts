import { Readable } from 'node:stream';
import { aBlob, createTestRegistry, type TestRegistry, uploadLocation } from '@berth/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, closeUpload, expectError, headerOf, patchChunk, startUpload } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('pushing a blob in chunks (end-4a, end-4c, end-5, end-6, end-13)', () => {
  const registry = useRegistry();
  const pulled = async (digest: string) => (await registry().request('GET', `/v2/a/blobs/${digest}`)).body;

  describe.each(['sha256', 'sha512'] as const)('with %s', (algorithm) => {
    it('takes chunks one after the other and answers each with Location and Range', async () => {
      const { digest, bytes } = aBlob(bytesOf(`chunks ${algorithm}`, 300), algorithm);
      let location = await startUpload(registry().request, 'a');
      for (const [start, end] of [
        [0, 100],
        [100, 101],
        [101, 300],
      ] as const) {
        const response = await patchChunk(registry().request, location, start, bytes.subarray(start, end));
        expect(response.status).toBe(202);
        expect(headerOf(response, 'range')).toBe(`0-${String(end - 1)}`);
        location = uploadLocation(response);
      }
      expect((await closeUpload(registry().request, location, digest)).status).toBe(201);
      expect((await pulled(digest)).equals(bytes)).toBe(true);
    });

    it('takes the last chunk with the closing PUT', async () => {
      const { digest, bytes } = aBlob(bytesOf(`last in put ${algorithm}`, 300), algorithm);
      const location = await startUpload(registry().request, 'a');
      await patchChunk(registry().request, location, 0, bytes.subarray(0, 200));
      const path = `${location}?digest=${digest}`;
      const headers = { 'content-range': '200-299' };
      const response = await registry().request('PUT', path, { headers, body: bytes.subarray(200) });
      expect(response.status).toBe(201);
      expect((await pulled(digest)).equals(bytes)).toBe(true);
    });

    it('takes a stream of unknown length', async () => {
      const { digest, bytes } = aBlob(bytesOf(`stream ${algorithm}`, 700_000), algorithm);
      const location = await startUpload(registry().request, 'a');
      const response = await registry().request('PATCH', location, { body: Readable.from([bytes]) });
      expect([response.status, headerOf(response, 'range')]).toEqual([202, '0-699999']);
      expect((await closeUpload(registry().request, location, digest)).status).toBe(201);
      expect((await pulled(digest)).equals(bytes)).toBe(true);
    });

    it('takes a session that was opened for the algorithm', async () => {
      const { digest, bytes } = aBlob(bytesOf(`announced ${algorithm}`), algorithm);
      const opened = await registry().request('POST', `/v2/a/blobs/uploads/?digest-algorithm=${algorithm}`);
      expect(opened.status).toBe(202);
      await patchChunk(registry().request, uploadLocation(opened), 0, bytes);
      expect((await closeUpload(registry().request, uploadLocation(opened), digest)).status).toBe(201);
    });

    it('takes a session that was opened for the other algorithm', async () => {
      const other = algorithm === 'sha256' ? 'sha512' : 'sha256';
      const { digest, bytes } = aBlob(bytesOf(`not announced ${algorithm}`), algorithm);
      const opened = await registry().request('POST', `/v2/a/blobs/uploads/?digest-algorithm=${other}`);
      await patchChunk(registry().request, uploadLocation(opened), 0, bytes);
      expect((await closeUpload(registry().request, uploadLocation(opened), digest)).status).toBe(201);
    });

    it('refuses chunks that are not what the digest says with 400', async () => {
      const location = await startUpload(registry().request, 'a');
      await patchChunk(registry().request, location, 0, bytesOf('other'));
      expectError(await closeUpload(registry().request, location, ABSENT[algorithm]), 400, 'DIGEST_INVALID');
      expect((await registry().request('HEAD', `/v2/a/blobs/${ABSENT[algorithm]}`)).status).toBe(404);
    });
  });

  it('refuses a digest algorithm that it cannot verify with 400', async () => {
    const response = await registry().request('POST', '/v2/a/blobs/uploads/?digest-algorithm=md5');
    expectError(response, 400, 'DIGEST_INVALID');
  });

  it.each([
    ['begins behind the end', 150],
    ['begins before the end', 50],
    ['begins at the start again', 0],
  ])('refuses a chunk that %s with 416, and the upload goes on where it was', async (_, start) => {
    const { digest, bytes } = aBlob(bytesOf(`out of order ${String(start)}`, 200));
    const location = await startUpload(registry().request, 'a');
    await patchChunk(registry().request, location, 0, bytes.subarray(0, 100));
    const refused = await patchChunk(registry().request, location, start, bytes.subarray(start, start + 50));
    expectError(refused, 416, 'BLOB_UPLOAD_INVALID');
    expect([headerOf(refused, 'range'), headerOf(refused, 'location')]).toEqual(['0-99', location]);
    const status = await registry().request('GET', location);
    expect([status.status, headerOf(status, 'range')]).toEqual([204, '0-99']);
    await patchChunk(registry().request, location, 100, bytes.subarray(100));
    expect((await closeUpload(registry().request, location, digest)).status).toBe(201);
  });

  it('refuses a last chunk out of order in the closing PUT with 416, and the upload goes on', async () => {
    const { digest, bytes } = aBlob(bytesOf('put out of order', 200));
    const location = await startUpload(registry().request, 'a');
    await patchChunk(registry().request, location, 0, bytes.subarray(0, 100));
    const headers = { 'content-range': '150-199' };
    const path = `${location}?digest=${digest}`;
    expectError(
      await registry().request('PUT', path, { headers, body: bytes.subarray(150) }),
      416,
      'BLOB_UPLOAD_INVALID',
    );
    expect((await closeUpload(registry().request, location, digest, bytes.subarray(100))).status).toBe(201);
  });

  it('says of an empty session that it is at 0-0', async () => {
    const location = await startUpload(registry().request, 'a');
    const response = await registry().request('GET', location);
    expect([response.status, headerOf(response, 'range'), headerOf(response, 'location')]).toEqual([
      204,
      '0-0',
      location,
    ]);
  });

  it.each(['bytes 0-9/10', '0-', '9-0', 'a-b', '0-99999999999999999999'])(
    'refuses the Content-Range %j with 400',
    async (range) => {
      const location = await startUpload(registry().request, 'a');
      const response = await registry().request('PATCH', location, {
        headers: { 'content-range': range },
        body: Buffer.alloc(10),
      });
      expectError(response, 400, 'SIZE_INVALID');
    },
  );

  it('refuses a Content-Range that disagrees with the Content-Length with 400', async () => {
    const location = await startUpload(registry().request, 'a');
    const headers = { 'content-range': '0-10' };
    expectError(await registry().request('PATCH', location, { headers, body: Buffer.alloc(10) }), 400, 'SIZE_INVALID');
  });
});

describe('an upload in chunks', () => {
  it('goes on after a restart of the server', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-test-'));
    const { digest, bytes } = aBlob(bytesOf('restarted', 200_000));
    const serve = async (use: (registry: TestRegistry) => Promise<void>): Promise<void> => {
      const registry = await createTestRegistry({ root });
      try {
        await use(registry);
      } finally {
        await registry.close();
      }
    };
    let location = '';
    try {
      await serve(async ({ request }) => {
        location = await startUpload(request, 'a');
        await patchChunk(request, location, 0, bytes.subarray(0, 100_000));
      });
      await serve(async ({ request }) => {
        expect(headerOf(await request('GET', location), 'range')).toBe('0-99999');
        await patchChunk(request, location, 100_000, bytes.subarray(100_000));
        expect((await closeUpload(request, location, digest)).status).toBe(201);
        expect((await request('GET', `/v2/a/blobs/${digest}`)).body.equals(bytes)).toBe(true);
      });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
