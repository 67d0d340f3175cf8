import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, type BuiltManifest, type FakeUpstream, pushManifest, type TestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { until } from './until.js';
import { pull } from './use-sync.js';
import { useStores } from './use-stores.js';

const { folder, upstream, serve, filesIn } = useStores();

const ONE = { content: [{ prefix: 'one/**' }], storage: 'one' };
const TWO = { content: [{ prefix: 'two/**' }], storage: 'two' };

function storage(): Record<string, unknown> {
  return { stores: { one: { rootDirectory: folder('one') }, two: { rootDirectory: folder('two') } } };
}

/** All of an image, and what the upstream was asked of its blobs meanwhile. */
async function pullAll(
  registry: TestRegistry,
  name: string,
  image: BuiltManifest,
  from: FakeUpstream,
): Promise<string[]> {
  from.requests.length = 0;
  expect((await pull(registry, `${name}/manifests/v1`)).body).toEqual(image.manifest);
  for (const { digest, bytes } of image.blobs) {
    expect((await pull(registry, `${name}/blobs/${digest}`)).body).toEqual(bytes);
  }
  return from.requests.filter(({ path }) => path.includes('/blobs/')).map(({ method }) => method);
}

async function kept(store: string, image: BuiltManifest): Promise<void> {
  await until(`${store} has it all`, async () => {
    const files = await filesIn(store);
    return files.length === image.blobs.length && files.every((path) => path.startsWith('blobs/'));
  });
}

/** A repository of `from` in the store `one`, and a server whose configuration has the upstream in the store `two` from now on. */
async function moved(from: FakeUpstream, image: BuiltManifest): Promise<TestRegistry> {
  from.has('one/app', image, 'v1');
  from.has('one/other', image, 'v1');
  await pullAll(await serve(storage(), { mirrors: [[from, ONE]] }), 'one/app', image, from);
  await kept('one', image);
  return serve(storage(), { mirrors: [[from, { ...ONE, storage: 'two' }]] });
}

describe('bytes that another store holds', () => {
  it('are copied once the upstream that supplied them has confirmed each by one HEAD', async () => {
    const from = await upstream();
    const image = anImage().withLayers(2).build();
    const registry = await moved(from, image);
    expect(await pullAll(registry, 'one/other', image, from)).toEqual(image.blobs.map(() => 'HEAD'));
    await kept('two', image);
    expect((await filesIn('one')).length).toBe(image.blobs.length);
  });

  it('are fetched where another upstream has supplied them', async () => {
    const [first, second] = [await upstream(), await upstream()];
    const image = anImage().build();
    first.has('one/app', image, 'v1');
    second.has('two/app', image, 'v1');
    const registry = await serve(storage(), {
      mirrors: [
        [first, ONE],
        [second, TWO],
      ],
    });
    await pullAll(registry, 'one/app', image, first);
    await kept('one', image);
    expect(await pullAll(registry, 'two/app', image, second)).toEqual(image.blobs.map(() => 'GET'));
    await kept('two', image);
  });

  it('are fetched where they were pushed', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('two/app', image, 'v1');
    const registry = await serve(storage(), { mirrors: [[from, TWO]] });
    await pushManifest(registry.request, 'own/app', image);
    expect(await pullAll(registry, 'two/app', image, from)).toEqual(image.blobs.map(() => 'GET'));
    await kept('two', image);
  });

  it('are fetched where they are damaged, the second time that somebody wants them', async () => {
    const from = await upstream();
    const image = anImage().withLayers(1).build();
    const registry = await moved(from, image);
    for (const path of await filesIn('one')) await writeFile(join(folder('one'), path), 'damaged');
    for (const { digest, bytes } of image.blobs) {
      await pull(registry, `one/other/blobs/${digest}`).catch(() => undefined);
      expect((await pull(registry, `one/other/blobs/${digest}`)).body).toEqual(bytes);
    }
    await kept('two', image);
  });
});

describe('bytes that the same store holds', () => {
  it('are used once the upstream has confirmed each by one HEAD, and kept once', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('one/app', image, 'v1');
    from.has('one/other', image, 'v1');
    const registry = await serve(storage(), { mirrors: [[from, ONE]] });
    await pullAll(registry, 'one/app', image, from);
    await kept('one', image);
    expect(await pullAll(registry, 'one/other', image, from)).toEqual(image.blobs.map(() => 'HEAD'));
    await kept('one', image);
  });
});

describe('a private digest that the manifest of an upstream names', () => {
  it('is not served out of another store where the same upstream does not have it in that repository', async () => {
    const from = await upstream();
    const secret = anImage().build();
    const registry = await moved(from, secret);
    from.has('one/evil', { ...secret, blobs: [], children: [] }, 'v1');
    expect((await pull(registry, 'one/evil/manifests/v1')).body).toEqual(secret.manifest);
    from.requests.length = 0;
    for (const { digest } of secret.blobs) expect((await pull(registry, `one/evil/blobs/${digest}`)).status).toBe(404);
    expect(from.requests.map(({ method }) => method)).toEqual(secret.blobs.map(() => 'HEAD'));
    expect(await filesIn('two')).toEqual([]);
  });

  it('is not served: the upstream does not confirm it', async () => {
    const [theirs, evil] = [await upstream(), await upstream()];
    const secret = anImage().build();
    theirs.has('one/secret', secret, 'v1');
    const registry = await serve(storage(), {
      mirrors: [
        [theirs, ONE],
        [evil, TWO],
      ],
    });
    await pushManifest(registry.request, 'own/secret', anImage().build());
    await pullAll(registry, 'one/secret', secret, theirs);
    await kept('one', secret);
    // Its manifest alone: what it names the upstream has never had.
    evil.has('two/app', { ...secret, blobs: [], children: [] }, 'v1');
    expect((await pull(registry, 'two/app/manifests/v1')).body).toEqual(secret.manifest);
    for (const { digest } of secret.blobs) {
      for (const method of ['HEAD', 'GET']) {
        expect((await pull(registry, `two/app/blobs/${digest}`, method)).status).toBe(404);
      }
    }
    expect(await filesIn('two')).toEqual([]);
  });
});
