import { aBlob, anArtifact, anImage, anIndex, pushManifest } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, expectError, jsonOf, pushWhole } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('deleting (end-9, end-10)', () => {
  const registry = useRegistry();
  const statusOf = async (method: string, path: string) => (await registry().request(method, path)).status;

  it('removes a tag and keeps the manifest', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry().request, 'a', image, { tag: 'one' });
    await pushManifest(registry().request, 'a', image, { tag: 'two' });
    expect(await statusOf('DELETE', '/v2/a/manifests/one')).toBe(202);
    expect(await statusOf('HEAD', '/v2/a/manifests/one')).toBe(404);
    expect(await statusOf('HEAD', '/v2/a/manifests/two')).toBe(200);
    expect(await statusOf('HEAD', `/v2/a/manifests/${image.digest}`)).toBe(200);
  });

  it('removes a manifest with all its tags', async () => {
    const image = anImage({ seed: 2 }).build();
    await pushManifest(registry().request, 'b', image, { tag: 'one' });
    await pushManifest(registry().request, 'b', image, { tag: 'two' });
    expect(await statusOf('DELETE', `/v2/b/manifests/${image.digest}`)).toBe(202);
    for (const reference of ['one', 'two', image.digest]) {
      expect(await statusOf('GET', `/v2/b/manifests/${reference}`)).toBe(404);
    }
    expect(jsonOf(await registry().request('GET', '/v2/b/tags/list'))).toEqual({ name: 'b', tags: [] });
  });

  it('takes a deleted manifest again', async () => {
    const image = anImage({ seed: 3 }).build();
    await pushManifest(registry().request, 'a', image, { tag: 'again' });
    await registry().request('DELETE', `/v2/a/manifests/${image.digest}`);
    await pushManifest(registry().request, 'a', image, { tag: 'again' });
    expect(await statusOf('HEAD', '/v2/a/manifests/again')).toBe(200);
  });

  it('refuses to remove a manifest of which an index is left with 405, and says which', async () => {
    const image = anImage({ seed: 4 }).build();
    const index = anIndex({ seed: 5 }).of(image).build();
    await pushManifest(registry().request, 'a', index);
    const refused = await registry().request('DELETE', `/v2/a/manifests/${image.digest}`);
    expectError(refused, 405, 'DENIED');
    expect(jsonOf(refused)).toMatchObject({ errors: [{ detail: { index: index.digest } }] });
    expect(await statusOf('DELETE', `/v2/a/manifests/${index.digest}`)).toBe(202);
    expect(await statusOf('DELETE', `/v2/a/manifests/${image.digest}`)).toBe(202);
  });

  it('removes a manifest that others refer to by subject, and keeps those', async () => {
    const image = anImage({ seed: 6 }).build();
    const artifact = anArtifact({ seed: 7 }).withSubject(image).build();
    await pushManifest(registry().request, 'a', image);
    await pushManifest(registry().request, 'a', artifact);
    expect(await statusOf('DELETE', `/v2/a/manifests/${image.digest}`)).toBe(202);
    expect(await statusOf('HEAD', `/v2/a/manifests/${artifact.digest}`)).toBe(200);
  });

  it('removes a blob from its repository at once, and from that only', async () => {
    const blob = aBlob(bytesOf('deleted'));
    await pushWhole(registry().request, 'a', blob);
    await pushWhole(registry().request, 'c', blob);
    expect(await statusOf('DELETE', `/v2/a/blobs/${blob.digest}`)).toBe(202);
    expect(await statusOf('HEAD', `/v2/a/blobs/${blob.digest}`)).toBe(404);
    expect(await statusOf('GET', `/v2/c/blobs/${blob.digest}`)).toBe(200);
  });

  it('refuses to remove a blob that a manifest names with 405', async () => {
    const image = anImage({ seed: 8 }).build();
    await pushManifest(registry().request, 'a', image);
    for (const { digest } of image.blobs) {
      expectError(await registry().request('DELETE', `/v2/a/blobs/${digest}`), 405, 'DENIED');
    }
    expect(await statusOf('GET', `/v2/a/manifests/${image.digest}`)).toBe(200);
  });

  it.each([
    ['/v2/a/manifests/unknown', 'MANIFEST_UNKNOWN'],
    [`/v2/a/manifests/${ABSENT.sha256}`, 'MANIFEST_UNKNOWN'],
    ['/v2/unknown/manifests/x', 'MANIFEST_UNKNOWN'],
    [`/v2/a/blobs/${ABSENT.sha256}`, 'BLOB_UNKNOWN'],
  ])('answers DELETE %s with 404', async (path, code) => {
    expectError(await registry().request('DELETE', path), 404, code);
  });
});
