import { aBlob, anImage, type BuiltBlob, pushManifest } from '@berth/testkit';
import { ERROR_CODES, MEDIA_TYPES } from '@berth/sdk';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, aString, bytesOf, expectError, jsonOf, pushWhole, startUpload } from './exchange.js';
import { useRegistry } from './use-registry.js';

/** spec.md#error-codes */
const CODES_OF_THE_SPEC = [
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'UNAUTHORIZED',
  'DENIED',
  'UNSUPPORTED',
  'TOOMANYREQUESTS',
];

describe('error codes', () => {
  const registry = useRegistry({ mayLeaveFiles: true });
  const image = anImage({ seed: 1 }).build();

  const removeBytes = async ({ digest }: BuiltBlob): Promise<void> => {
    const folder = join(registry().root, 'blobs', 'sha256', digest.slice(7, 9));
    for (const name of await readdir(folder)) if (name.startsWith(digest.slice(7))) await rm(join(folder, name));
  };

  beforeAll(() => pushManifest(registry().request, 'a', image, { tag: 'x' }));

  it('are those of the spec, numbered as there', () => {
    const rows = Object.entries(ERROR_CODES).filter(([, { id }]) => id.startsWith('code-'));
    expect(rows.map(([code]) => code)).toEqual(CODES_OF_THE_SPEC);
    expect(rows.map(([, { id }]) => id)).toEqual(rows.map((_, at) => `code-${String(at + 1)}`));
  });

  it.each([
    ['BLOB_UNKNOWN', 404, 'GET', `/v2/a/blobs/${ABSENT.sha256}`],
    ['BLOB_UPLOAD_UNKNOWN', 404, 'GET', '/v2/a/blobs/uploads/00000000-0000-4000-8000-000000000000'],
    ['DIGEST_INVALID', 400, 'GET', '/v2/a/blobs/sha256:x'],
    ['MANIFEST_UNKNOWN', 404, 'GET', '/v2/a/manifests/y'],
    ['MANIFEST_INVALID', 400, 'PUT', '/v2/a/manifests/y'],
    ['TAG_INVALID', 400, 'GET', '/v2/a/manifests/-y'],
    ['NAME_INVALID', 400, 'GET', '/v2/A/manifests/y'],
    ['NAME_UNKNOWN', 404, 'GET', '/v2/b/tags/list'],
    ['NAME_UNKNOWN', 404, 'GET', '/v2/b/nothing'],
    ['NAME_UNKNOWN', 404, 'GET', '/nothing'],
  ])('%s is answered with %i to %s %s', async (code, status, method, path) => {
    expectError(await registry().request(method, path), status, code);
  });

  it('BLOB_UPLOAD_INVALID is answered with 416 to a chunk out of order', async () => {
    const location = await startUpload(registry().request, 'a');
    const headers = { 'content-range': '5-5' };
    expectError(
      await registry().request('PATCH', location, { headers, body: bytesOf('x', 1) }),
      416,
      'BLOB_UPLOAD_INVALID',
    );
  });

  it('MANIFEST_BLOB_UNKNOWN is answered with 404 to a manifest that names what is not there', async () => {
    const headers = { 'content-type': MEDIA_TYPES.ociManifest };
    const response = await registry().request('PUT', '/v2/b/manifests/x', { headers, body: image.manifest });
    expectError(response, 404, 'MANIFEST_BLOB_UNKNOWN');
  });

  it('an error of our own is a 500 that tells the request id and nothing else, and leaves the rest served', async () => {
    const blob = aBlob(bytesOf('gone from under us'));
    await pushWhole(registry().request, 'a', blob);
    await removeBytes(blob);
    const response = await registry().request('GET', `/v2/a/blobs/${blob.digest}`);
    expectError(response, 500, 'UNKNOWN');
    expect(jsonOf(response)).toEqual({
      errors: [{ code: 'UNKNOWN', message: 'internal error', detail: { requestId: aString } }],
    });
    expect(response.body.toString()).not.toContain(registry().root);
    expect((await registry().request('GET', '/v2/a/manifests/x')).status).toBe(200);
  });

  it('a blob whose bytes are gone is whole again once it is pushed', async () => {
    const blob = aBlob(bytesOf('gone and back'));
    await pushWhole(registry().request, 'a', blob);
    await removeBytes(blob);
    await pushWhole(registry().request, 'a', blob);
    expect((await registry().request('GET', `/v2/a/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true);
  });
});
