import { describe, expect, it } from 'vitest';
import { anImage, anIndex } from './builders/builders.js';
import { pushManifest } from './push.js';
import type { RegistryRequest } from './registry-request.js';

/** Answers every request as a registry does, with a Location that has a query already, and keeps what it was asked. */
class FakeRegistry {
  readonly asked: string[] = [];

  constructor(private readonly manifestStatus = 201) {}

  readonly request: RegistryRequest = (method, path, options = {}) => {
    this.asked.push(`${method} ${path} ${options.headers?.['authorization'] ?? ''}`.trim());
    const isStart = method === 'POST';
    const status = isStart ? 202 : path.includes('/manifests/') ? this.manifestStatus : 201;
    const headers = isStart ? { location: 'http://elsewhere.example/v2/a/b/blobs/uploads/7?state=x' } : {};
    return Promise.resolve({ status, headers, body: Buffer.from('because') });
  };
}

describe('pushManifest', () => {
  it('pushes the blobs of an image before its manifest, keeping the query of the Location', async () => {
    const registry = new FakeRegistry();
    const image = anImage().withLayers(1).build();
    await pushManifest(registry.request, 'a/b', image, { tag: 'v1' });
    const uploads = image.blobs.flatMap(({ digest }) => [
      'POST /v2/a/b/blobs/uploads/',
      `PUT /v2/a/b/blobs/uploads/7?state=x&digest=${encodeURIComponent(digest)}`,
    ]);
    expect(registry.asked).toEqual([...uploads, 'PUT /v2/a/b/manifests/v1']);
  });

  it('pushes the children of an index by digest before the index', async () => {
    const registry = new FakeRegistry();
    const child = anImage().build();
    await pushManifest(registry.request, 'a/b', anIndex().of(child).build(), { tag: 'v1' });
    const manifests = registry.asked.filter((asked) => asked.includes('/manifests/'));
    expect(manifests).toEqual([`PUT /v2/a/b/manifests/${child.digest}`, 'PUT /v2/a/b/manifests/v1']);
  });

  it('leaves a manifest untagged unless it is told a tag', async () => {
    const registry = new FakeRegistry();
    const image = anImage().build();
    await pushManifest(registry.request, 'a/b', image);
    expect(registry.asked.at(-1)).toBe(`PUT /v2/a/b/manifests/${image.digest}`);
  });

  it('sends the given headers with every request', async () => {
    const registry = new FakeRegistry();
    await pushManifest(registry.request, 'a/b', anImage().build(), { headers: { authorization: 'Basic Zm9v' } });
    expect(registry.asked.filter((asked) => !asked.endsWith('Basic Zm9v'))).toEqual([]);
  });

  it('throws with the status, the body and the seed when the registry refuses', async () => {
    const pushed = pushManifest(new FakeRegistry(400).request, 'a/b', anImage({ seed: 4711 }).build());
    await expect(pushed).rejects.toThrow(/seed 4711.*400 because/);
  });
});
