import { Readable } from 'node:stream';
import { aBlob, type BuiltBlob, uploadLocation } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, closeUpload, expectError, headerOf, startUpload } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('pushing a blob monolithically (end-4a and end-6, end-4b)', () => {
  const registry = useRegistry();
  const post = ({ digest, bytes }: Pick<BuiltBlob, 'bytes'> & { readonly digest: string }) =>
    registry().request('POST', `/v2/a/blobs/uploads/?digest=${digest}`, {
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
  const pulled = async (digest: string) => registry().request('GET', `/v2/a/blobs/${digest}`);

  describe.each(['sha256', 'sha512'] as const)('with %s', (algorithm) => {
    it('takes POST, then PUT', async () => {
      const { digest, bytes } = aBlob(bytesOf(`post put ${algorithm}`), algorithm);
      const location = await startUpload(registry().request, 'a');
      const response = await closeUpload(registry().request, location, digest, bytes);
      expect(response.status).toBe(201);
      expect(headerOf(response, 'location')).toBe(`/v2/a/blobs/${digest}`);
      expect(headerOf(response, 'docker-content-digest')).toBe(digest);
      expect((await pulled(digest)).body.equals(bytes)).toBe(true);
    });

    it('takes a single POST', async () => {
      const blob = aBlob(bytesOf(`post ${algorithm}`), algorithm);
      const response = await post(blob);
      expect(response.status).toBe(201);
      expect(headerOf(response, 'location')).toBe(`/v2/a/blobs/${blob.digest}`);
      expect((await pulled(blob.digest)).body.equals(blob.bytes)).toBe(true);
    });

    it('refuses a single POST of other bytes with 400 and holds nothing', async () => {
      const digest = ABSENT[algorithm];
      expectError(await post({ digest, bytes: bytesOf('other') }), 400, 'DIGEST_INVALID');
      expect((await pulled(digest)).status).toBe(404);
    });

    it('refuses a PUT of other bytes with 400 and holds nothing', async () => {
      const digest = ABSENT[algorithm];
      const location = await startUpload(registry().request, 'a');
      expectError(await closeUpload(registry().request, location, digest, bytesOf('other')), 400, 'DIGEST_INVALID');
      expect((await pulled(digest)).status).toBe(404);
    });
  });

  it('opens a session with a relative Location, Range 0-0 and an id', async () => {
    const response = await registry().request('POST', '/v2/a/blobs/uploads/');
    expect(response.status).toBe(202);
    const location = headerOf(response, 'location');
    expect(location).toMatch(/^\/v2\/a\/blobs\/uploads\/[0-9a-f-]{36}$/);
    expect(headerOf(response, 'range')).toBe('0-0');
    expect(location).toContain(headerOf(response, 'docker-upload-uuid'));
  });

  it('gives each session an id of its own', async () => {
    const [first, second] = [await startUpload(registry().request, 'a'), await startUpload(registry().request, 'a')];
    expect(first).not.toBe(second);
  });

  it('takes bytes without a Content-Length', async () => {
    const { digest, bytes } = aBlob(bytesOf('of unknown length', 200_000));
    const location = await startUpload(registry().request, 'a');
    const path = `${location}?digest=${digest}`;
    const response = await registry().request('PUT', path, {
      body: Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]),
    });
    expect(response.status).toBe(201);
  });

  it('takes the same blob again', async () => {
    const blob = aBlob(bytesOf('twice'));
    expect([(await post(blob)).status, (await post(blob)).status]).toEqual([201, 201]);
    expect((await pulled(blob.digest)).body.equals(blob.bytes)).toBe(true);
  });

  it.each([
    ['is malformed', 'sha256:abc'],
    ['is of an algorithm that cannot be verified', `md5:${'0'.repeat(32)}`],
    ['is in upper case', ABSENT.sha256.toUpperCase().replace('SHA', 'sha')],
  ])('refuses a digest that %s with 400', async (_, digest) => {
    expectError(await post({ digest, bytes: bytesOf('any') }), 400, 'DIGEST_INVALID');
  });

  it('refuses a PUT without a digest with 400, and the session lives on', async () => {
    const { digest, bytes } = aBlob(bytesOf('no digest at first'));
    const location = await startUpload(registry().request, 'a');
    expectError(await registry().request('PUT', location, { body: bytes }), 400, 'DIGEST_INVALID');
    expect((await closeUpload(registry().request, location, digest, bytes)).status).toBe(201);
  });

  it('knows a session no more once it is closed', async () => {
    const { digest, bytes } = aBlob(bytesOf('closed'));
    const location = await startUpload(registry().request, 'a');
    await closeUpload(registry().request, location, digest, bytes);
    expectError(await closeUpload(registry().request, location, digest, bytes), 404, 'BLOB_UPLOAD_UNKNOWN');
    expectError(await registry().request('GET', location), 404, 'BLOB_UPLOAD_UNKNOWN');
  });

  it('knows a session in its own repository only', async () => {
    const location = uploadLocation(await registry().request('POST', '/v2/a/blobs/uploads/'));
    const elsewhere = location.replace('/v2/a/', '/v2/b/');
    expectError(await registry().request('GET', elsewhere), 404, 'BLOB_UPLOAD_UNKNOWN');
    expect((await registry().request('GET', location)).status).toBe(204);
  });
});
