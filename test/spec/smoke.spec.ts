import { anImage, pushManifest } from '@berth/testkit';
import { expect, it } from 'vitest';
import { useRegistry } from './use-registry.js';
const registry = useRegistry();
it('works', async () => {
  const image = anImage().build();
  await pushManifest(registry().request, 'a/b', image, { tag: 'x' });
  const r = await registry().request('GET', '/v2/a/b/manifests/x');
  expect(r.body).toEqual(image.manifest);
  console.log(r, registry().logLines.all, registry().auditLines.all);
});
