import { aBlob, anImage, pushManifest } from '@berth/testkit';
import { MEDIA_TYPES } from '@berth/sdk';
import { expect, it } from 'vitest';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { putManifest, headerOf, expectError } from './exchange.js';
import { useRegistry } from './use-registry.js';
const registry = useRegistry();
it('36000 children', async () => {
  const manifests = Array.from({ length: 36_000 }, (_, i) => ({ mediaType: 'a/b', digest: `sha256:${String(i).padStart(64, '0')}`, size: 1 }));
  const t = performance.now();
  const r = await putManifest(registry().request, '/v2/a/manifests/x', MEDIA_TYPES.ociIndex, { schemaVersion: 2, manifests });
  console.log('children', r.status, r.body.toString().slice(0, 200), performance.now() - t);
});
it('36000 layers', async () => {
  const layers = Array.from({ length: 36_000 }, (_, i) => ({ mediaType: 'a/b', digest: `sha256:${String(i).padStart(64, '0')}`, size: 1 }));
  const t = performance.now();
  const r = await putManifest(registry().request, '/v2/a/manifests/x', MEDIA_TYPES.ociManifest, { schemaVersion: 2, config: layers[0], layers });
  console.log('layers', r.status, r.body.toString().slice(0, 200), performance.now() - t);
});
it('HEAD of blob named by garbage, then gc, then push', async () => {
  const shared = Buffer.from('shared layer');
  const old = anImage({ seed: 1 }).withLayer(shared).build();
  const next = anImage({ seed: 2 }).withLayer(shared).build();
  await pushManifest(registry().request, 'g', old);
  registry().clock.advance(1001);
  const { digest } = aBlob(shared);
  const head = (await registry().request('HEAD', `/v2/g/blobs/${digest}`)).status;
  await registry().application.get(GarbageCollection).run({ delay: 1000, signal: new AbortController().signal, gentle: false });
  const after = (await registry().request('HEAD', `/v2/g/blobs/${digest}`)).status;
  console.log('HEAD then gc', head, after, next.digest);
});
it('HEAD of manifest then gc', async () => {
  const old = anImage({ seed: 5 }).build();
  await pushManifest(registry().request, 'h', old);
  registry().clock.advance(1001);
  const head = (await registry().request('HEAD', `/v2/h/manifests/${old.digest}`)).status;
  await registry().application.get(GarbageCollection).run({ delay: 1000, signal: new AbortController().signal, gentle: false });
  const after = (await registry().request('HEAD', `/v2/h/manifests/${old.digest}`)).status;
  console.log('HEAD manifest then gc', head, after);
});
it('HEAD conditional manifest', async () => {
  const old = anImage({ seed: 6 }).build();
  await pushManifest(registry().request, 'i', old, { tag: 'x' });
  const r = await registry().request('HEAD', `/v2/i/manifests/x`, { headers: { 'if-none-match': `"${old.digest}"` } });
  console.log('HEAD 304?', r.status, headerOf(r, 'etag'));
  void expectError;
});
it('misc', async () => {
  for (const [m, p] of [['GET', '/v2/a%zz/tags/list'], ['GET', '/v2/i/manifests/x/'], ['POST', '/v2/_catalog'], ['OPTIONS', '/nothing'], ['GET', '//v2/'], ['GET', '/v2/a/blobs/uploads/'], ['PUT', '/v2/a/blobs/uploads/'], ['GET', '/v2/a/manifests/%'], ['GET', '/%'], ['TRACE', '/v2/'], ['GET', '/v2/_catalog?last=%zz'], ['GET', '/v2/i/tags/list?n=1&n=2'], ['GET', '/v2/i/tags/list?__proto__=1'], ['GET', '/v2?x'], ['HEAD', '/v2/'], ['HEAD', '/v2/_catalog'], ['HEAD', '/v2/i/tags/list']] as const) {
    const r = await registry().request(m, p);
    console.log(m, p, r.status, r.body.toString().slice(0, 120), headerOf(r, 'allow'));
  }
  await expect(1).toBe(1);
});
