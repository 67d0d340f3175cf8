import { aBlob } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, expectError, headerOf, pushWhole } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('pulling blobs (end-2)', () => {
  const registry = useRegistry();
  // One below and one above the size that is sent in one piece.
  const blobs = [aBlob(bytesOf('small', 100)), aBlob(bytesOf('large', 1_300_000))] as const;
  const [small] = blobs;
  const get = (digest: string, range?: string) =>
    registry().request('GET', `/v2/a/blobs/${digest}`, range === undefined ? {} : { headers: { range } });

  beforeAll(async () => {
    for (const blob of blobs) await pushWhole(registry().request, 'a', blob);
  });

  it.each(blobs)('gives the bytes with their length and digest: $bytes.byteLength bytes', async ({ digest, bytes }) => {
    const response = await get(digest);
    expect(response.status).toBe(200);
    expect(response.body.equals(bytes)).toBe(true);
    expect(headerOf(response, 'docker-content-digest')).toBe(digest);
    expect(headerOf(response, 'content-length')).toBe(String(bytes.byteLength));
    expect(headerOf(response, 'content-type')).toBe('application/octet-stream');
    expect(headerOf(response, 'accept-ranges')).toBe('bytes');
  });

  describe.each(blobs)('a range of $bytes.byteLength bytes', ({ digest, bytes }) => {
    const size = bytes.byteLength;
    it.each([
      ['a single one', 'bytes=3-17', 3, 17],
      ['one byte', 'bytes=0-0', 0, 0],
      ['an open one', 'bytes=7-', 7, size - 1],
      ['a suffix', 'bytes=-9', size - 9, size - 1],
      ['a suffix longer than all', `bytes=-${String(size + 5)}`, 0, size - 1],
      ['one that ends behind the end', `bytes=50-${String(size + 5)}`, 50, size - 1],
      ['the last byte', `bytes=${String(size - 1)}-`, size - 1, size - 1],
    ])('%s is answered with 206 and just those bytes', async (_, range, start, end) => {
      const response = await get(digest, range);
      expect(response.status).toBe(206);
      expect(headerOf(response, 'content-range')).toBe(`bytes ${String(start)}-${String(end)}/${String(size)}`);
      expect(headerOf(response, 'content-length')).toBe(String(end - start + 1));
      expect(response.body.equals(bytes.subarray(start, end + 1))).toBe(true);
    });

    it.each([`bytes=${String(size)}-`, `bytes=${String(size + 1)}-${String(size + 2)}`, 'bytes=50-0', 'bytes=-0'])(
      '%s is answered with 416 and the size',
      async (range) => {
        const response = await get(digest, range);
        expectError(response, 416, 'SIZE_INVALID');
        expect(headerOf(response, 'content-range')).toBe(`bytes */${String(size)}`);
      },
    );

    it.each(['bytes=0-1,4-5', 'lines=1-2', 'bytes=a-b', 'bytes=-'])('%s is answered with the whole', async (range) => {
      const response = await get(digest, range);
      expect([response.status, response.body.equals(bytes)]).toEqual([200, true]);
    });
  });

  it.each([
    ['of another repository', 'b', small.digest],
    ['that nobody pushed', 'a', ABSENT.sha256],
    ['that nobody pushed, by sha512', 'a', ABSENT.sha512],
  ])('answers 404 BLOB_UNKNOWN for a blob %s', async (_, repository, digest) => {
    expectError(await registry().request('GET', `/v2/${repository}/blobs/${digest}`), 404, 'BLOB_UNKNOWN');
  });

  it('answers 400 DIGEST_INVALID for what is no digest', async () => {
    expectError(await get('latest'), 400, 'DIGEST_INVALID');
  });
});
