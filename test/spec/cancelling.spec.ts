import { aBlob } from '@berth/testkit';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf, closeUpload, expectError, patchChunk, startUpload } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('cancelling an upload (end-14)', () => {
  const registry = useRegistry();

  it('answers 204 and keeps none of the bytes', async () => {
    const location = await startUpload(registry().request, 'a');
    await patchChunk(registry().request, location, 0, bytesOf('cancelled'));
    expect((await registry().request('DELETE', location)).status).toBe(204);
    expect(await readdir(join(registry().root, 'uploads'))).toEqual([]);
  });

  it('ends the session: whatever comes later is 404', async () => {
    const { digest, bytes } = aBlob(bytesOf('cancelled before it came'));
    const location = await startUpload(registry().request, 'a');
    await registry().request('DELETE', location);
    expectError(await registry().request('GET', location), 404, 'BLOB_UPLOAD_UNKNOWN');
    expectError(await patchChunk(registry().request, location, 0, bytes), 404, 'BLOB_UPLOAD_UNKNOWN');
    expectError(await closeUpload(registry().request, location, digest, bytes), 404, 'BLOB_UPLOAD_UNKNOWN');
    expectError(await registry().request('DELETE', location), 404, 'BLOB_UPLOAD_UNKNOWN');
  });

  it.each(['00000000-0000-4000-8000-000000000000', 'unknown', '..%2f..%2fberth.db'])(
    'answers 404 for the unknown id %s',
    async (id) => {
      expectError(await registry().request('DELETE', `/v2/a/blobs/uploads/${id}`), 404, 'BLOB_UPLOAD_UNKNOWN');
    },
  );
});
