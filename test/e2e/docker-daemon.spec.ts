import { MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { testSeed } from '../kit/builders/test-seed.js';
import type { RegistryResponse } from '../kit/registry-request.js';
import { dockerPush } from './docker-push.js';
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
    const sent = await dockerPush(server.request, { repository, tag: 'latest', image });
    expect(sent).toEqual(image.blobs.map(({ digest }) => digest));
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
