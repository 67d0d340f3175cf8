import { definePlugin, type HookHandler } from '@berth/sdk';
import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import lint from '../../plugins/lint/src/index.js';
import metrics from '../../plugins/metrics/src/index.js';
import { valueOf } from '../../plugins/metrics/test/exposition-parser.js';
import { NAME_RULES } from '../../plugins/metrics/test/name-rules.js';
import { scrape } from '../../plugins/metrics/test/scrape.js';
import scrub from '../../plugins/scrub/src/index.js';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { anImage, createTestRegistry, pushManifest, type TestRegistry, uploadLocation } from '../kit/index.js';

const DELAY = 100_000;

/** A sample, its labels, and the value it has to have; `undefined`: there is none. */
type Expected = readonly (readonly [string, Readonly<Record<string, string>>, number | undefined])[];

const image = anImage({ seed: 1 }).withLayers(2).build();
const other = anImage({ seed: 2 }).withLayers(1).build();
const bytesOf = ({ blobs }: typeof image): number => blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);

@Injectable()
class FaultyGate implements HookHandler<'upload.beforeStart'> {
  handle(): Promise<void> {
    return Promise.reject(new Error('faulty'));
  }
}

const faulty = definePlugin({ name: 'faulty', hooks: { 'upload.beforeStart': FaultyGate } });

let registry: TestRegistry;
/** Scrapes so far: the next one counts them, and not yet itself. */
let scrapes: number;
beforeEach(async () => {
  registry = await createTestRegistry({ plugins: [{ plugin: metrics }] });
  scrapes = 0;
});
afterEach(() => registry.close());

/** Events reach the plugin after the answer, so the last ones may come a scrape later. */
async function expectExactly(expectedAfter: (scrapes: number) => Expected): Promise<void> {
  let expected: Expected = [];
  const look = async (): Promise<Expected> => {
    expected = expectedAfter(scrapes);
    const families = await scrape(registry);
    scrapes += 1;
    return expected.map(([name, labels]) => [name, labels, valueOf(families, name, labels)]);
  };
  await expect.poll(async () => (await look()).filter((found, at) => found[2] !== expected[at]?.[2])).toEqual([]);
}

/** 17 requests about `team/app`, 6 about `other`, one about nothing. */
async function run(): Promise<void> {
  const { request } = registry;
  await pushManifest(request, 'team/app', image, { tag: 'v1' });
  await pushManifest(request, 'other', other);
  for (let pull = 0; pull < 3; pull++) await request('GET', '/v2/team/app/manifests/v1');
  await request('GET', `/v2/team/app/manifests/${image.digest}`);
  await request('HEAD', '/v2/team/app/manifests/v1');
  await request('GET', `/v2/team/app/blobs/${String(image.blobs[0]?.digest)}`);
  await request('GET', '/v2/team/app/manifests/v2');
  await request('GET', '/v2/nobody/anything/manifests/v1');
  await request('POST', '/v2/team/app/blobs/uploads/');
  await request('DELETE', uploadLocation(await request('POST', '/v2/team/app/blobs/uploads/')));
  await request('DELETE', `/v2/other/manifests/${other.digest}`);
}

describe('the metrics of a server', () => {
  it('have exactly what a scripted run did', async () => {
    await run();

    await expectExactly((before) => [
      ['berth_http_requests_total', { method: 'POST', code: '202' }, 7],
      ['berth_http_requests_total', { method: 'PUT', code: '201' }, 7],
      ['berth_http_requests_total', { method: 'GET', code: '200' }, 5 + before],
      ['berth_http_requests_total', { method: 'GET', code: '404' }, 2],
      ['berth_http_requests_total', { method: 'HEAD', code: '200' }, 1],
      ['berth_http_requests_total', { method: 'DELETE', code: '204' }, 1],
      ['berth_http_requests_total', { method: 'DELETE', code: '202' }, 1],
      ['berth_http_requests_total', { method: 'GET', code: '500' }, undefined],
      ['zot_http_requests_total', { method: 'GET', code: '404' }, 2],
      ['berth_http_request_duration_seconds_count', { method: 'GET' }, 7 + before],
      ['zot_http_method_latency_seconds_count', { method: 'PUT' }, 7],
      ['berth_http_sent_bytes_total', {}, 4 * image.manifest.length + Number(image.blobs[0]?.bytes.length)],
      ['berth_upload_received_bytes_total', {}, bytesOf(image) + bytesOf(other)],
      ['berth_uploads_in_progress', {}, 1],
      ['berth_manifest_cache_requests_total', { result: 'hit' }, 4],
      ['berth_manifest_cache_requests_total', { result: 'miss' }, 0],
      ['berth_manifest_cache_bytes', {}, image.manifest.length + other.manifest.length],
      ['zot_repo_uploads_total', { repo: 'team/app' }, 1],
      ['zot_repo_uploads_total', { repo: 'other' }, 1],
      ['zot_repo_downloads_total', { repo: 'team/app' }, 4],
      ['zot_repo_downloads_total', { repo: 'other' }, 0],
      ['zot_http_repo_latency_seconds_count', { repo: 'team/app' }, 17],
      ['zot_http_repo_latency_seconds_count', { repo: 'other' }, 6],
      ['zot_http_repo_latency_seconds_count', { repo: '_other' }, 1],
      ['zot_http_repo_latency_seconds_count', { repo: 'N/A' }, before],
      ['zot_repo_storage_bytes', { repo: 'team/app' }, bytesOf(image)],
      ['zot_repo_storage_bytes', { repo: 'other' }, bytesOf(other)],
      ['berth_gc_runs_total', { outcome: 'succeeded' }, 0],
      ['berth_hook_failures_total', {}, undefined],
    ]);
  });

  it('have exactly what a garbage collection removed, and nothing of a repository that went with it', async () => {
    await run();
    registry.clock.advance(2 * DELAY);
    const { signal } = new AbortController();
    await registry.application.get(GarbageCollection).run({ delay: DELAY, signal, gentle: false });

    await expectExactly(() => [
      ['berth_gc_runs_total', { outcome: 'succeeded' }, 1],
      ['berth_gc_runs_total', { outcome: 'failed' }, 0],
      ['zot_gc_runs_total', { error: 'false' }, 1],
      ['berth_gc_duration_seconds_count', {}, 1],
      ['zot_gc_duration_seconds_count', {}, 1],
      ['berth_gc_deleted_total', { kind: 'manifest' }, undefined],
      ['berth_gc_deleted_total', { kind: 'membership' }, 2],
      ['berth_gc_deleted_total', { kind: 'blob' }, 2],
      ['berth_gc_deleted_total', { kind: 'repository' }, 1],
      ['berth_gc_deleted_total', { kind: 'upload' }, 1],
      ['zot_gc_deleted_total', { type: 'blob' }, 2],
      ['zot_gc_deleted_total', { type: 'upload' }, 1],
      ['berth_gc_freed_bytes_total', {}, bytesOf(other)],
      ['berth_uploads_in_progress', {}, 0],
      ['zot_repo_uploads_total', { repo: 'team/app' }, 1],
      ['zot_repo_uploads_total', { repo: 'other' }, undefined],
      ['zot_repo_storage_bytes', { repo: 'team/app' }, bytesOf(image)],
      ['zot_repo_storage_bytes', { repo: 'other' }, undefined],
    ]);
  });

  it('have the time and the failures of each handler of a hook', async () => {
    await registry.close();
    registry = await createTestRegistry({ plugins: [{ plugin: faulty }, { plugin: metrics }] });
    await registry.request('POST', '/v2/a/blobs/uploads/');
    const handler = { hook: 'upload.beforeStart', plugin: 'faulty' };

    await expectExactly(() => [
      ['berth_http_requests_total', { method: 'POST', code: '500' }, 1],
      ['berth_hook_failures_total', handler, 1],
      ['berth_hook_duration_seconds_count', handler, 1],
      ['berth_hook_dropped_total', handler, undefined],
      ['berth_plugin_state', { plugin: 'faulty', state: 'enabled' }, 1],
      ['zot_http_repo_latency_seconds_count', { repo: '_other' }, 1],
    ]);
  });

  it('count a garbage collection that is broken off as failed', async () => {
    const collection = registry.application.get(GarbageCollection);
    const broken = collection.run({ delay: DELAY, signal: AbortSignal.abort(), gentle: false });

    await expect(broken).rejects.toThrow();
    await expectExactly(() => [
      ['berth_gc_runs_total', { outcome: 'failed' }, 1],
      ['zot_gc_runs_total', { error: 'true' }, 1],
    ]);
  });
});

describe('the metrics of all plugins that come with the server', () => {
  it('are named by the rules, and none twice', async () => {
    const plugins = [lint, scrub, metrics].map((plugin) => ({ plugin }));
    const everything = await createTestRegistry({ plugins });
    const families = [...(await scrape(everything)).values()];
    await everything.close();
    const broken = Object.entries(NAME_RULES).flatMap(([rule, isFine]) =>
      families.filter((family) => !isFine(family)).map(({ name }) => `${name}: metrics ${rule}`),
    );

    expect(families.filter(({ name }) => name.startsWith('berth_scrub_'))).not.toEqual([]);
    expect(broken).toEqual([]);
  });
});
