import { Readable } from 'node:stream';
import { MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import type { RegistryResponse } from '../kit/registry-request.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const ACCEPT = [
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerManifestList,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.ociIndex,
  'application/json',
].join(', ');

/** The requests of `docker push` and `docker pull` by a daemon without the containerd store, one after the other. */
describe('the requests of a docker daemon', () => {
  const servers = useServers();
  const repository = 'library/docker-pushed';
  let server: ServerProcess;
  let image: BuiltManifest;

  beforeAll(async () => {
    server = await servers.start();
  });

  const get = (method: string, path: string, headers: Record<string, string> = {}): Promise<RegistryResponse> =>
    server.request(method, `/v2/${path}`, { headers });

  it('push an image of schema 2 whose layers come chunked and of unknown length', async () => {
    image = anImage({ seed: testSeed() }).withMediaTypes('docker').withLayers(2).withLayerSize(300_000).build();
    expect((await get('GET', '')).status).toBe(200);
    for (const blob of image.blobs) {
      expect((await get('HEAD', `${repository}/blobs/${blob.digest}`)).status).toBe(404);

      const opened = await server.request('POST', `/v2/${repository}/blobs/uploads/`);
      expect(opened.status).toBe(202);
      expect(opened.headers['docker-upload-uuid']).toBeTypeOf('string');

      const body = Readable.from(slices(blob.bytes, 32 * 1024));
      const patched = await server.request('PATCH', uploadLocation(opened), { body });
      expect([patched.status, patched.headers['range']]).toEqual([202, `0-${String(blob.bytes.length - 1)}`]);

      const closing = `${withQuery(uploadLocation(patched))}digest=${encodeURIComponent(blob.digest)}`;
      const closed = await server.request('PUT', closing);
      expect([closed.status, closed.headers['docker-content-digest']]).toEqual([201, blob.digest]);

      const head = await get('HEAD', `${repository}/blobs/${blob.digest}`);
      expect([head.status, head.headers['content-length']]).toEqual([200, String(blob.bytes.length)]);
    }
    const put = await server.request('PUT', `/v2/${repository}/manifests/latest`, {
      headers: { 'content-type': image.mediaType },
      body: image.manifest,
    });
    // An empty Docker-Content-Digest makes the daemon report that the push failed.
    expect([put.status, put.headers['docker-content-digest']]).toEqual([201, image.digest]);
  });

  it('pull it: HEAD by tag, GET by digest, each blob, the rest of a blob by Range', async () => {
    const head = await get('HEAD', `${repository}/manifests/latest`, { accept: ACCEPT });
    expect(head.status).toBe(200);
    expect(head.headers).toMatchObject({
      'content-type': image.mediaType,
      'content-length': String(image.manifest.length),
      'docker-content-digest': image.digest,
    });
    const manifest = await get('GET', `${repository}/manifests/${image.digest}`, { accept: ACCEPT });
    expect(manifest.body.equals(image.manifest)).toBe(true);
    for (const { digest, bytes } of image.blobs) {
      const whole = await get('GET', `${repository}/blobs/${digest}`, { 'accept-encoding': 'gzip' });
      expect([whole.status, whole.headers['content-encoding'], whole.body.equals(bytes)]).toEqual([
        200,
        undefined,
        true,
      ]);

      const from = bytes.length >> 1;
      const rest = await get('GET', `${repository}/blobs/${digest}`, { range: `bytes=${String(from)}-` });
      expect([rest.status, rest.body.equals(bytes.subarray(from))]).toEqual([206, true]);
    }
  });
});

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
