import { anImage, createTestRegistry, pushManifest, type TestRegistry } from '@berth/testkit';
import search from '@berth/plugin-search';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { PullCounter } from '../../src/content/manifests/pull-counter.js';
import { IndexCare } from '../../plugins/search/src/indexing/index-care.js';
import { IndexKeeper } from '../../plugins/search/src/indexing/index-keeper.js';
import { PullRows } from '../../plugins/search/src/indexing/pull-rows.js';
import { until } from './until.js';
import { SearchClient } from './use-search.js';

let registry: TestRegistry;
const client = new SearchClient(() => registry);

beforeAll(async () => {
  registry = await createTestRegistry({ plugins: [{ plugin: search }] });
});
afterAll(() => registry.close());

const image = anImage().build();
const logged = (): string => JSON.stringify(registry.logLines.all);

describe('the index', { timeout: 20_000 }, () => {
  it('loses what garbage collection takes, and a repository of which nothing is left', async () => {
    await pushManifest(registry.request, 'left/over', image);
    await pushManifest(registry.request, 'kept/app', image, { tag: 'v1' });
    await client.finds(`digest:${image.digest}`, ['kept/app:v1', `left/over@${image.digest}`]);
    registry.clock.advance(86_400_000);
    const collection = registry.application.get(GarbageCollection, { strict: false });
    await collection.run({ delay: 0, signal: new AbortController().signal, gentle: false });

    await client.finds(`digest:${image.digest}`, ['kept/app:v1']);
  });

  it('counts pulls of a manifest and of its repository, as the registry does', async () => {
    await pushManifest(registry.request, 'pulled/app', image, { tag: 'v1' });
    await client.finds('pulled', ['pulled/app:v1']);
    for (const reference of ['v1', 'v1', image.digest])
      await registry.request('GET', `/v2/pulled/app/manifests/${reference}`);
    await registry.application.get(PullCounter, { strict: false }).flush();
    const key = { repository: 'pulled/app' as never, digest: image.digest };
    await registry.application
      .get(PullRows, { strict: false })
      .refresh([key, { ...key, repository: 'no/such' as never }]);

    const { results } = await client.ask('pulled');
    expect(results).toMatchObject([{ pulls: 3, lastPulledAt: new Date(registry.clock.now()).toISOString() }]);
    expect((await client.ask('', { sort: 'pulls' })).results[0]?.pulls).toBe(3);
  });

  it('answers 503 where it is damaged while it is searched, and is whole again soon', async () => {
    await pushManifest(registry.request, 'some/app', image, { tag: 'v1' });
    await client.finds('some', ['some/app:v1']);
    const care = registry.application.get(IndexCare, { strict: false });
    const damage = Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' });
    const searching = care.searched(() => Promise.reject(damage));

    await expect(searching).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
    await until('it is whole', async () => {
      const { complete, total } = await client.ask('repo:some/app');
      return complete && total === 1;
    });
    expect(logged()).toContain('the search index is damaged');
  });

  it('is not begun anew for what is no damage', async () => {
    const care = registry.application.get(IndexCare, { strict: false });
    const busy = Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' });

    await expect(care.searched(() => Promise.reject(busy))).rejects.toBe(busy);
    expect((await client.ask('repo:some/app')).total).toBe(1);
  });

  it('takes again what could not be written this once', async () => {
    await client.ask('');
    const database = registry.foundations.pluginDatabases.databaseOf('search', undefined);
    const write = vi.spyOn(database, 'longWrite').mockRejectedValueOnce(new Error('the disk is full'));
    await pushManifest(registry.request, 'full/disk', image, { tag: 'v1' });
    await client.finds('repo:full/disk', ['full/disk:v1']);

    expect(write).toHaveBeenCalled();
    expect(logged()).toContain('the disk is full');
  });

  it('is compared with the registry when that is due', async () => {
    await client.ask('');
    const keeper = registry.application.get(IndexKeeper, { strict: false });
    const look = () => keeper.look(new AbortController().signal);
    await look();
    const rebuilds = (): number => logged().split('it is time to compare it').length - 1;
    await look();
    expect(rebuilds()).toBe(0);
    registry.clock.advance(25 * 3_600_000);
    await look();
    expect(rebuilds()).toBe(1);
  });
});
