import { anImage, anIndex, pushManifest } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { upstream, ...sync } = useSync();

describe('an image that is not here', () => {
  it('comes in one request for its manifest and one for each blob, and is then served without its upstream', async () => {
    const from = await upstream();
    const image = anImage().withLayers(2).build();
    from.has('team/app', image, 'v1');
    const registry = await sync.mirror([from]);

    expect(await pull(registry, 'team/app/manifests/v1')).toMatchObject({
      status: 200,
      body: image.manifest,
      digest: image.digest,
    });
    expect(from.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v2/team/app/manifests/v1']);
    for (const { digest, bytes } of image.blobs) {
      expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
    }
    expect(from.requests).toHaveLength(1 + image.blobs.length);

    await from.close();
    for (const reference of ['v1', image.digest]) {
      expect(await pull(registry, `team/app/manifests/${reference}`)).toMatchObject({
        status: 200,
        body: image.manifest,
        warning: undefined,
      });
    }
    for (const { digest, bytes } of image.blobs) {
      expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
    }
  });
});
