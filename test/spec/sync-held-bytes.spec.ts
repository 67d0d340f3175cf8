import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegistryError } from '@berth/sdk';
import { aBlob, anImage, type FakeUpstream, pushBlob, type TestRegistry } from '@berth/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror, mirrorWith } = useSync();
const layer = aBlob(randomBytes(200_000));
const PRIVATE = `private/app/blobs/${layer.digest}`;
const PUBLIC = `public/app/blobs/${layer.digest}`;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A mirror of `from` that holds the layer for `private/app`. */
async function holding(from: FakeUpstream): Promise<TestRegistry> {
  from.hasBlob('private/app', layer);
  const registry = await mirror([from]);
  await pullAndHold(registry, PRIVATE);
  from.requests.length = 0;
  return registry;
}

/** A client has all of it a little before the mirror holds it. */
async function pullAndHold(registry: TestRegistry, path: string): Promise<void> {
  expect((await pull(registry, path)).body).toEqual(layer.bytes);
  await untilHeld(registry, 1);
}

async function untilHeld({ foundations }: TestRegistry, blobs: number): Promise<void> {
  const { reader } = foundations.database;
  await expect.poll(() => reader.selectFrom('memberships').select('digest').execute()).toHaveLength(blobs);
}

const asked = (from: FakeUpstream): readonly string[] => from.requests.map(({ method, path }) => `${method} ${path}`);

describe('a layer that is held for another repository of the same upstream', () => {
  it('is not fetched again where that repository has it: one HEAD, and none once it is held', async () => {
    const from = await upstream();
    const registry = await holding(from);
    from.hasBlob('public/app', layer);
    expect((await pull(registry, PUBLIC)).body).toEqual(layer.bytes);
    expect((await pull(registry, PUBLIC)).body).toEqual(layer.bytes);
    expect(asked(from)).toEqual([`HEAD /v2/${PUBLIC}`]);
  });

  it('is confirmed once for many who want it at once, and for HEAD as for GET', async () => {
    const from = await upstream();
    const registry = await holding(from);
    from.hasBlob('public/app', layer);
    const all = await Promise.all(['GET', 'HEAD', 'GET', 'GET'].map((method) => pull(registry, PUBLIC, method)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(asked(from)).toEqual([`HEAD /v2/${PUBLIC}`]);
  });

  it('is not served to whoever names its digest, where the upstream does not have it in that repository', async () => {
    const from = await upstream();
    const registry = await holding(from);
    const image = anImage().build();
    const [, inside = expect.fail()] = image.blobs;
    from.hasBlob('private/app', inside);
    expect((await pull(registry, `private/app/blobs/${inside.digest}`)).body).toEqual(inside.bytes);
    // Its manifest names what is private, and has nothing of it.
    from.has('public/app', { ...image, blobs: [] }, 'v1');
    expect((await pull(registry, 'public/app/manifests/v1')).status).toBe(200);
    const named = `public/app/blobs/${inside.digest}`;
    await untilHeld(registry, 2);
    from.requests.length = 0;
    for (const method of ['GET', 'HEAD']) {
      expect((await pull(registry, named, method)).status).toBe(404);
      expect((await pull(registry, PUBLIC, method)).status).toBe(404);
    }
    expect(from.count('GET', /blobs/)).toBe(0);
  });

  it.each([
    ['a page to log in', { showsPage: true }],
    ['503', { status: 503 }],
    ['403', { status: 403 }],
    ['429', { status: 429 }],
    ['another length', { headers: {}, claimsMore: 5 }],
  ] as const)('is not served where the upstream answers %s', async (_, behaviour) => {
    const from = await upstream();
    const registry = await holding(from);
    from.hasBlob('public/app', layer);
    from.behaviour = behaviour;
    const served = await pull(registry, PUBLIC).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect(served).not.toBe(200);
  });

  it('is fetched where storage that it is redirected to answers no HEAD', async () => {
    const [from, elsewhere] = [await upstream(), await upstream()];
    const registry = await holding(from);
    from.hasBlob('public/app', layer);
    from.behaviour = { blobsAt: elsewhere.url };
    elsewhere.hasBlob('public/app', layer);
    elsewhere.behaviour = { deniesHead: true };
    expect((await pull(registry, PUBLIC)).body).toEqual(layer.bytes);
    expect(asked(elsewhere)).toEqual([`HEAD /v2/${PUBLIC}`, `GET /v2/${PUBLIC}`]);
  });

  it('comes as if it were not here where a gate does not want it kept', async () => {
    const from = await upstream();
    const registry = await holding(from);
    from.hasBlob('public/app', layer);
    registry.application.get(HookRegistry).add('blob.beforeCommit', 'fixture', {
      handle: () => Promise.reject(new RegistryError('DENIED')),
    });
    expect((await pull(registry, PUBLIC)).body).toEqual(layer.bytes);
    expect(asked(from)).toEqual([`HEAD /v2/${PUBLIC}`, `GET /v2/${PUBLIC}`]);
  });

  it('is asked for as whoever we are by now, after other credentials have come', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'berth-sync-'));
    folders.push(folder);
    const credentialsFile = join(folder, 'credentials.json');
    const from = await upstream();
    const write = (user: string): void => {
      writeFileSync(`${credentialsFile}.new`, JSON.stringify({ [from.host]: { username: user, password: 'secret' } }));
      renameSync(`${credentialsFile}.new`, credentialsFile);
    };
    write('insider');
    for (const repository of ['private/app', 'public/app']) from.hasBlob(repository, layer);
    from.access = { kind: 'basic', user: 'insider', password: 'secret' };
    const registry = await mirrorWith({ credentialsFile, registries: [{ urls: [from.url], onDemand: true }] });
    await pullAndHold(registry, PRIVATE);
    write('outsider');
    let asks = 0;
    await vi.waitFor(async () => {
      expect((await pull(registry, `none-${String(asks++)}/manifests/v1`)).status).toBe(502);
    }, 4000);
    expect((await pull(registry, PUBLIC)).status).toBe(502);
    expect((await pull(registry, PRIVATE)).status).toBe(200);
  });
});

describe('a layer that somebody else supplied', () => {
  it('is fetched from each upstream for itself, and from none that does not have it', async () => {
    const [first, second] = [await upstream(), await upstream()];
    for (const from of [first, second]) from.hasBlob('private/app', layer);
    const registry = await mirror(
      [first, { content: [{ prefix: '**', destination: '/first' }] }],
      [second, { content: [{ prefix: '**', destination: '/second' }] }],
    );
    await pullAndHold(registry, `first/${PRIVATE}`);
    expect((await pull(registry, `second/${PUBLIC}`)).status).toBe(404);
    expect((await pull(registry, `second/${PRIVATE}`)).body).toEqual(layer.bytes);
    expect(asked(second)).toEqual([`GET /v2/${PUBLIC}`, `GET /v2/${PRIVATE}`]);
  });

  it('is not served for having been pushed into a repository of our own', async () => {
    const from = await upstream();
    const registry = await mirror([from]);
    await pushBlob(registry.request, 'own/app', layer);
    expect((await pull(registry, PUBLIC)).status).toBe(404);
    from.hasBlob('other/app', layer);
    expect((await pull(registry, `other/app/blobs/${layer.digest}`)).body).toEqual(layer.bytes);
    expect(asked(from)).toEqual([`GET /v2/${PUBLIC}`, `GET /v2/other/app/blobs/${layer.digest}`]);
  });
});
