import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, HOOK_KINDS, type HookHandler, type HookName, type Plugin, type PluginHooks } from '@berth/sdk';
import { anImage, createTestRegistry, pushManifest, type TestRegistry } from '@berth/testkit';
import { Injectable, type Type } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HookLimits } from '../../src/plugin-host/hook-limits.js';
import { ABSENT, closeUpload, expectError, headerOf, startUpload } from './exchange.js';

const ALL_HOOKS = Object.keys(HOOK_KINDS) as HookName[];
const NOT_TO_START_OR_GET = ALL_HOOKS.filter((hook) => hook !== 'upload.beforeStart' && hook !== 'manifest.beforeGet');
const repository = 'team/app';
const image = anImage().build();
const unhandled = vi.fn();
let root: string;
let registry: TestRegistry | undefined;

/** A plugin that does the same in every one of `hooks`. */
function inEvery(hooks: readonly HookName[], handle: () => unknown): Plugin {
  @Injectable()
  class Hostile {
    handle(): unknown {
      return handle();
    }
  }
  // What it does is not what the types of the hooks say: that is the point.
  const handler = Hostile as unknown as Type<HookHandler<HookName>>;
  const contributed = Object.fromEntries(hooks.map((hook) => [hook, handler])) as PluginHooks;
  return definePlugin({ name: 'hostile', hooks: contributed });
}

/** The same content each time, pushed before the plugin came. */
async function served(hooks: readonly HookName[], handle: () => unknown): Promise<TestRegistry> {
  registry = await createTestRegistry({ root, plugins: [{ plugin: inEvery(hooks, handle) }] });
  Object.assign(registry.application.get(HookLimits).deadlines, { gate: 60, source: 60, notify: 60 });
  return registry;
}

beforeAll(async () => {
  process.on('unhandledRejection', unhandled);
  root = mkdtempSync(join(tmpdir(), 'berth-hostile-'));
  const before = await createTestRegistry({ root });
  await pushManifest(before.request, repository, image, { tag: 'v1' });
  await before.close();
});

afterEach(async () => {
  // It also looks for connections, files and bytes that a refused request left behind.
  await registry?.close();
  registry = undefined;
  expect(unhandled).not.toHaveBeenCalled();
});

afterAll(() => {
  process.off('unhandledRejection', unhandled);
  rmSync(root, { recursive: true, force: true });
});

const WAYS: readonly [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new TypeError('a bug');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('a bug'))],
  ['hangs', () => new Promise(() => {})],
  ['answers with nonsense', () => Promise.resolve('nonsense')],
];

describe.each(WAYS)('a plugin that %s in every hook', (_, handle) => {
  it('turns what its gates guard into 500, when it hangs at the deadline', async () => {
    const { request } = await served(ALL_HOOKS, handle);
    const path = `/v2/${repository}/manifests`;
    const headers = { 'content-type': image.mediaType };

    expectError(await request('POST', `/v2/${repository}/blobs/uploads/`), 500, 'UNKNOWN');
    expectError(await request('PUT', `${path}/v2`, { headers, body: image.manifest }), 500, 'UNKNOWN');
    expectError(await request('GET', `${path}/v1`), 500, 'UNKNOWN');
    expect((await request('HEAD', `${path}/${image.digest}`)).status).toBe(500);
    expectError(await request('DELETE', `${path}/${image.digest}`), 500, 'UNKNOWN');
  });

  it('leaves everything else correct', async () => {
    const { request } = await served(ALL_HOOKS, handle);
    const [blob = expect.fail()] = image.blobs;

    expect((await request('GET', '/v2/')).status).toBe(200);
    expect((await request('GET', '/readyz')).status).toBe(200);
    expect((await request('GET', `/v2/${repository}/blobs/${blob.digest}`)).body).toEqual(blob.bytes);
    expect((await request('GET', `/v2/_catalog`)).status).toBe(200);
    const tags = await request('GET', `/v2/${repository}/tags/list`);
    expect(JSON.parse(tags.body.toString())).toEqual({ name: repository, tags: ['v1'] });
  });

  it('refuses a blob only when it is to be kept, and leaves nothing of it', async () => {
    const { request } = await served(NOT_TO_START_OR_GET, handle);
    const bytes = Buffer.from('a blob that no gate lets in');
    const refused = await closeUpload(request, await startUpload(request, repository), ABSENT.sha256, bytes);
    expect(refused.status).toBe(400);

    const { digest, bytes: own } = anImage({ seed: 7 }).build().blobs[0] ?? expect.fail();
    expectError(await closeUpload(request, await startUpload(request, repository), digest, own), 500, 'UNKNOWN');
    expect((await request('GET', `/v2/${repository}/manifests/v1`)).body).toEqual(image.manifest);
    expect((await request('HEAD', `/v2/${repository}/blobs/${digest}`)).status).toBeGreaterThanOrEqual(404);
  });
});

describe('a plugin that blocks the event loop for a second', () => {
  const block = (): void => {
    const end = performance.now() + 1000;
    while (performance.now() < end);
  };

  it('delays requests and breaks none, in a gate', async () => {
    const { request } = await served(['manifest.beforeGet'], block);
    Object.assign(registry?.application.get(HookLimits).deadlines ?? {}, { gate: 10_000 });
    const paths = [`manifests/v1`, 'tags/list', `blobs/${image.blobs[0]?.digest ?? ''}`];
    const answers = await Promise.all([...paths, ...paths].map((path) => request('GET', `/v2/${repository}/${path}`)));

    expect(answers.map(({ status }) => status)).toEqual(paths.concat(paths).map(() => 200));
    expect(headerOf(answers[0] ?? expect.fail(), 'docker-content-digest')).toBe(image.digest);
  });

  it('delays requests and breaks none, in a notification', async () => {
    const { request } = await served(['manifest.pulled', 'blob.pulled'], block);
    const paths = [`manifests/v1`, `blobs/${image.blobs[0]?.digest ?? ''}`, 'tags/list'];
    const answers = await Promise.all(paths.map((path) => request('GET', `/v2/${repository}/${path}`)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
