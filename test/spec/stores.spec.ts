import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, type BuiltManifest, pushManifest } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { headerOf } from './exchange.js';
import { until } from './until.js';
import { pull } from './use-sync.js';
import { useStores } from './use-stores.js';

const { folder, upstream, serve, filesIn } = useStores();
const DAY = 86_400_000;

function storage(): Record<string, unknown> {
  return {
    stores: { one: { rootDirectory: folder('one') }, two: { rootDirectory: folder('two') } },
    subPaths: { '/team': { rootDirectory: folder('team'), gc: true } },
  };
}

const ONE = { content: [{ prefix: 'one/**' }], storage: 'one' };
const TWO = { content: [{ prefix: 'two/**' }], storage: 'two' };

/** The digests whose bytes lie below a folder, once none is on its way there. */
async function blobsIn(name: string): Promise<string[]> {
  await until(`nothing is uploaded in ${name}`, async () =>
    (await filesIn(name)).every((path) => path.startsWith('blobs/')),
  );
  const files = await filesIn(name);
  return files.map((path) => `sha256:${/([0-9a-f]{64})/.exec(path)?.[1] ?? path}`).sort();
}

function digestsOf({ blobs }: BuiltManifest): string[] {
  return blobs.map(({ digest }) => digest).sort();
}

describe('what comes from an upstream', () => {
  it('lies under the root of the store that the upstream names, and nowhere else', async () => {
    const [first, second] = [await upstream(), await upstream()];
    const [a, b] = [anImage().build(), anImage().build()];
    first.has('one/app', a, 'v1');
    second.has('two/app', b, 'v1');
    const registry = await serve(storage(), {
      mirrors: [
        [first, ONE],
        [second, TWO],
      ],
    });
    for (const [name, { blobs }] of [
      ['one', a],
      ['two', b],
    ] as const) {
      await pull(registry, `${name}/app/manifests/v1`);
      for (const { digest, bytes } of blobs) {
        expect((await pull(registry, `${name}/app/blobs/${digest}`)).body).toEqual(bytes);
      }
    }
    expect([await blobsIn('one'), await blobsIn('two'), await blobsIn('root')]).toEqual([
      digestsOf(a),
      digestsOf(b),
      [],
    ]);
  });

  it('lies there also where a blob is asked for before any manifest', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('one/app', image, 'v1');
    const registry = await serve(storage(), { mirrors: [[from, ONE]] });
    for (const { digest } of image.blobs) expect((await pull(registry, `one/app/blobs/${digest}`)).status).toBe(200);
    expect(await blobsIn('one')).toEqual(digestsOf(image));
  });

  it('lies by its name where the upstream names no store', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await serve(storage(), { mirrors: [[from, {}]] });
    for (const { digest } of image.blobs) await pull(registry, `team/app/blobs/${digest}`);
    expect(await blobsIn('team')).toEqual(digestsOf(image));
  });

  it('stays where it is when the upstream names another store, and so does what comes later', async () => {
    const from = await upstream();
    const [image, later, elsewhere] = [anImage().build(), anImage().build(), anImage().build()];
    from.has('one/app', image, 'v1');
    from.has('one/app', later, 'v2');
    from.has('one/new', elsewhere, 'v1');
    const before = await serve(storage(), { mirrors: [[from, ONE]] });
    await pull(before, 'one/app/manifests/v1');
    for (const { digest } of image.blobs) await pull(before, `one/app/blobs/${digest}`);

    const registry = await serve(storage(), { mirrors: [[from, { ...ONE, storage: 'two' }]] });
    expect(registry.logLines.all).toContainEqual(
      expect.objectContaining({
        event: 'store',
        msg: 'a repository stays in the store "one", where new ones of that kind go to the store "two": one/app',
      }),
    );
    for (const { digest, bytes } of [...image.blobs, ...later.blobs]) {
      expect((await pull(registry, `one/app/blobs/${digest}`)).body).toEqual(bytes);
    }
    for (const { digest } of elsewhere.blobs) await pull(registry, `one/new/blobs/${digest}`);
    expect(await blobsIn('one')).toEqual([...digestsOf(image), ...digestsOf(later)].sort());
    expect(await blobsIn('two')).toEqual(digestsOf(elsewhere));
  });
});

describe('a push', () => {
  it('lies in the store of its route from its first byte on', async () => {
    const registry = await serve(storage());
    const image = anImage().build();
    const [blob] = image.blobs;
    const started = await registry.request('POST', '/v2/team/app/blobs/uploads/');
    const location = headerOf(started, 'location') ?? '';
    await registry.request('PATCH', location, {
      body: blob?.bytes ?? Buffer.of(),
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect([await filesIn('team'), await filesIn('root')]).toEqual([
      [`uploads/${location.split('/').at(-1) ?? ''}`],
      [],
    ]);
    await registry.request('DELETE', location);

    await pushManifest(registry.request, 'team/app', image, { tag: 'v1' });
    await pushManifest(registry.request, 'other/app', image, { tag: 'v1' });
    expect([await blobsIn('team'), await blobsIn('root')]).toEqual([digestsOf(image), digestsOf(image)]);
    expect((await pull(registry, 'team/app/manifests/v1')).body).toEqual(image.manifest);
  });

  it('ends in the store of its repository where that was made elsewhere meanwhile', async () => {
    const from = await upstream();
    const [image, pushed] = [anImage().build(), anImage().build()];
    from.has('one/app', image, 'v1');
    const registry = await serve(storage(), { mirrors: [[from, ONE]] });
    const [blob] = pushed.blobs;
    const started = await registry.request('POST', '/v2/one/app/blobs/uploads/');
    await pull(registry, 'one/app/manifests/v1');
    const location = `${headerOf(started, 'location') ?? ''}?digest=${blob?.digest ?? ''}`;
    const body = blob?.bytes ?? Buffer.of();
    const headers = { 'content-type': 'application/octet-stream' };
    expect((await registry.request('PUT', location, { body, headers })).status).toBe(201);

    expect([await blobsIn('one'), await filesIn('root')]).toEqual([[blob?.digest], []]);
    expect((await pull(registry, `one/app/blobs/${blob?.digest ?? ''}`)).body).toEqual(body);
  });

  it('is what a mount from another store begins, and within a store a mount is done', async () => {
    const registry = await serve(storage());
    const image = anImage().build();
    const [blob] = image.blobs;
    await pushManifest(registry.request, 'team/app', image, { tag: 'v1' });
    const mount = async (target: string, query = '&from=team/app'): Promise<number> =>
      (await registry.request('POST', `/v2/${target}/blobs/uploads/?mount=${blob?.digest ?? ''}${query}`)).status;
    expect([
      await mount('other/app'),
      await mount('other/app', ''),
      await mount('team/new'),
      await mount('team/any', ''),
    ]).toEqual([202, 202, 201, 201]);
  });
});

describe('garbage', () => {
  it('goes from every store, with the files that no row names', async () => {
    const registry = await serve(storage());
    const images = { 'team/app': anImage().build(), 'other/app': anImage().build() };
    for (const [name, image] of Object.entries(images)) {
      await pushManifest(registry.request, name, image, { tag: 'v1' });
      await registry.request('DELETE', `/v2/${name}/manifests/${image.digest}`);
    }
    const stray = `blobs/sha256/aa/${'a'.repeat(64)}.left`;
    for (const store of ['root', 'one', 'team']) await writeOld(join(folder(store), stray));
    registry.clock.advance(DAY);
    const removed: string[] = [];
    const { signal } = new AbortController();
    const collection = registry.application.get(GarbageCollection);
    await collection.run({ delay: 1000, signal, gentle: false, onRemoved: (line) => removed.push(line) });

    for (const store of ['root', 'one', 'two', 'team']) expect(await filesIn(store)).toEqual([]);
    expect(removed).toContain(`file ${stray} of the store one`);
  });

  it('stays in the stores that are not collected', async () => {
    const registry = await serve(storage());
    const image = anImage().build();
    for (const name of ['team/app', 'other/app']) {
      await pushManifest(registry.request, name, image, { tag: 'v1' });
      await registry.request('DELETE', `/v2/${name}/manifests/${image.digest}`);
    }
    registry.clock.advance(DAY);
    const { signal } = new AbortController();
    const collection = registry.application.get(GarbageCollection);
    await collection.run({ delay: 1000, stores: ['/team'], signal, gentle: false });

    expect([await blobsIn('team'), await blobsIn('root')]).toEqual([[], digestsOf(image)]);
  });
});

describe('a store that is not configured any more', () => {
  it('keeps the server from starting while repositories lie in it, and is named with them', async () => {
    const before = await serve(storage());
    await pushManifest(before.request, 'team/app', anImage().build(), { tag: 'v1' });
    const registry = await serve({}, { isOpen: false, mayLeaveFiles: true });
    await expect(registry.open()).rejects.toThrow(
      'storage.subPaths does not name the store "/team", and these repositories lie in it: team/app',
    );
  });

  it('is no matter once nothing lies in it', async () => {
    await serve(storage());
    const registry = await serve({});
    expect((await registry.request('GET', '/v2/')).status).toBe(200);
  });
});

async function writeOld(path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'left');
  await utimes(path, 0, 0);
}
