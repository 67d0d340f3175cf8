import { anImage, anIndex, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { Registries } from '../../plugins/sync/src/mirror/registries.js';
import { PeriodicRuns } from '../../plugins/sync/src/periodic/periodic-runs.js';
import { PeriodicJob } from '../../plugins/sync/src/periodic/periodic.job.js';
import { stateOf } from './sync-state.js';
import { until } from './until.js';
import { askedOf, runOnce } from './use-runs.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror, mirrorWith } = useSync();
const EVERYTHING = { onDemand: false, pollInterval: '6h', content: [{ prefix: '**' }] };
const INTERVAL = 6 * 3_600_000;

function hasImage(from: FakeUpstream, repository: string, tag: string) {
  const image = anImage().build();
  from.has(repository, image, tag);
  return image;
}

function nextOf(registry: TestRegistry): Promise<number | undefined> {
  const [first] = registry.application.get(Registries, { strict: false }).all;
  return registry.application.get(PeriodicRuns, { strict: false }).nextAt(first ?? expect.fail());
}

describe('a run in which something cannot be had', () => {
  it('brings the rest, and leaves the tag where it was', async () => {
    const from = await upstream();
    const before = hasImage(from, 'a', '1');
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    const broken = anIndex().of(anImage().build(), anImage().build()).build();
    from.has('a', broken, '1');
    const fine = hasImage(from, 'b', '1');
    const layer = broken.children[1]?.blobs[1]?.digest ?? expect.fail();
    from.behaviour = { bytesFor: new Map([[layer, Buffer.from('other bytes')]]) };

    const { outcome, counts } = await runOnce(registry);
    expect([outcome, counts.tags.failed, counts.tags.moved]).toEqual(['failed', 1, 1]);
    expect((await pull(registry, 'a/manifests/1')).digest).toBe(before.digest);
    expect((await pull(registry, 'b/manifests/1')).digest).toBe(fine.digest);
    from.behaviour = {};
    expect(await runOnce(registry)).toMatchObject({ outcome: 'succeeded', counts: { tags: { moved: 1, unmoved: 1 } } });
    expect((await pull(registry, 'a/manifests/1')).digest).toBe(broken.digest);
  });

  it('tries again as often as maxRetries says, and only what failed', async () => {
    const from = await upstream();
    hasImage(from, 'a', '1');
    const broken = hasImage(from, 'a', '2');
    const layer = broken.blobs[1]?.digest ?? expect.fail();
    from.behaviour = { bytesFor: new Map([[layer, Buffer.from('other bytes')]]) };
    const registry = await mirror([from, { ...EVERYTHING, maxRetries: 2, retryDelay: '10ms' }]);
    expect((await runOnce(registry)).counts.tags).toMatchObject({ moved: 1, failed: 1 });
    expect(from.count('HEAD', /manifests\/1/)).toBe(1);
    expect(from.count('HEAD', /manifests\/2/)).toBe(3);

    const running = runOnce(registry);
    const path = new RegExp(`manifests/2`);
    await until('it is tried again', () => from.count('HEAD', path) > 4);
    from.behaviour = {};
    await running;
    expect((await runOnce(registry)).outcome).toBe('succeeded');
  });

  it('fails where its upstream is gone, and what is held is served', async () => {
    const from = await upstream();
    hasImage(from, 'a', '1');
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    await from.close();
    expect(await runOnce(registry)).toMatchObject({ outcome: 'failed', counts: { problems: 1 } });
    expect((await pull(registry, 'a/manifests/1')).status).toBe(200);
  });

  it('waits as long as its upstream says where it is asked too often', async () => {
    const from = await upstream();
    hasImage(from, 'a', '1');
    from.behaviour = { status: 429, headers: { 'retry-after': '0' } };
    const registry = await mirror([from, { ...EVERYTHING, content: [{ prefix: 'a' }] }]);
    const running = runOnce(registry);
    await until('it was refused', () => from.requests.length > 0);
    from.behaviour = {};
    registry.clock.advance(10_000);
    expect((await running).outcome).toBe('succeeded');
  });

  it('gives a tag up after syncTimeout, and ends', async () => {
    const from = await upstream();
    from.has('a', anImage().withLayerSize(1_000_000).build(), '1');
    from.behaviour = { bytesPerSecond: 10_000 };
    const registry = await mirror([from, { ...EVERYTHING, syncTimeout: '100ms' }]);
    expect((await runOnce(registry)).counts.tags).toMatchObject({ failed: 1, moved: 0 });
  });
});

describe('a run that is interrupted', () => {
  it('keeps what it has, is due at once, and fetches nothing twice', async () => {
    const from = await upstream();
    const [first, second] = [hasImage(from, 'a', '1'), anImage().withLayerSize(400_000).build()];
    from.has('b', second, '1');
    from.behaviour = { bytesPerSecond: 400_000 };
    const registry = await mirror([from, EVERYTHING]);
    const interrupt = new AbortController();
    const running = runOnce(registry, 0, interrupt.signal);
    const layer = second.blobs[1]?.digest ?? expect.fail();
    await until('the large one is coming', () => from.count('GET', new RegExp(layer)) > 0);
    interrupt.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect((await stateOf(registry)).upstreams).toMatchObject([{ periodic: { run: { outcome: 'aborted' } } }]);
    expect(await nextOf(registry)).toBe(registry.clock.now());

    from.behaviour = {};
    expect((await runOnce(registry)).outcome).toBe('succeeded');
    expect(from.count('GET', new RegExp(`manifests/${first.digest}`))).toBe(1);
    for (const { digest } of first.blobs) expect(from.count('GET', new RegExp(digest))).toBe(1);
    expect(await nextOf(registry)).toBe(registry.clock.now() + INTERVAL);
  });

  it('ends with a reload that takes its upstream away', async () => {
    const from = await upstream();
    from.has('a', anImage().withLayerSize(1_000_000).build(), '1');
    from.behaviour = { bytesPerSecond: 100_000 };
    const registry = await mirror([from, EVERYTHING]);
    const running = runOnce(registry);
    await until('it is under way', () => from.count('GET', /blobs/) > 0);
    const registries = registry.application.get(Registries, { strict: false });
    registries.all[0]?.retire().catch(() => undefined);
    expect((await running).outcome).toBe('aborted');
  });
});

describe('the job of periodic runs', () => {
  it('runs what is due, each upstream by its own interval, and nothing else', async () => {
    const [six, one] = [await upstream(), await upstream()];
    for (const from of [six, one]) hasImage(from, 'a', '1');
    const registry = await mirror([six, EVERYTHING], [one, { ...EVERYTHING, pollInterval: '1h' }]);
    const job = registry.application.get(PeriodicJob, { strict: false });
    const asked = async (): Promise<readonly boolean[]> => {
      await job.run(new AbortController().signal);
      return [six, one].map((from) => askedOf(from).length > 0);
    };
    expect(await asked()).toEqual([true, true]);
    expect(await asked()).toEqual([false, false]);
    registry.clock.advance(INTERVAL / 6);
    expect(await asked()).toEqual([false, true]);
    registry.clock.advance(INTERVAL);
    expect(await asked()).toEqual([true, true]);
  });

  it('asks nothing of an upstream that is offline', async () => {
    const from = await upstream();
    const registry = await mirrorWith({ registries: [{ urls: [from.url], ...EVERYTHING, offline: true }] });
    await registry.application.get(PeriodicJob, { strict: false }).run(new AbortController().signal);
    expect(from.requests).toEqual([]);
    expect((await stateOf(registry)).upstreams).toMatchObject([{ periodic: { nextRun: null, run: null } }]);
  });
});

describe('a tag that its upstream has no more', () => {
  it.each([
    ['keep', 200],
    ['remove', 404],
  ] as const)('with deletedTags %j is %d after the next run', async (deletedTags, status) => {
    const from = await upstream();
    for (const tag of ['1', '2']) hasImage(from, 'a', tag);
    const registry = await mirror([from, { ...EVERYTHING, deletedTags }]);
    await runOnce(registry);
    from.losesTag('a', '1');
    expect((await runOnce(registry)).counts.tags.removed).toBe(status === 404 ? 1 : 0);
    expect((await pull(registry, 'a/manifests/1')).status).toBe(status);
    expect((await pull(registry, 'a/manifests/2')).status).toBe(200);
  });

  it('stays where other rules have brought it, or the whole repository is unknown', async () => {
    const from = await upstream();
    for (const tag of ['1', 'x']) hasImage(from, 'a', tag);
    const content = [{ prefix: 'a', tags: { regex: '^\\d$' } }];
    const registry = await mirror(
      [from, { ...EVERYTHING, content, deletedTags: 'remove' }],
      [from, { ...EVERYTHING, content: [{ prefix: 'a' }] }],
    );
    for (const at of [0, 1]) await runOnce(registry, at);
    from.losesTag('a', 'x');
    expect((await runOnce(registry)).counts.tags.removed).toBe(0);
    from.behaviour = { status: 404 };
    expect(await runOnce(registry)).toMatchObject({ outcome: 'failed', counts: { problems: 1, tags: { removed: 0 } } });
    expect((await pull(registry, 'a/manifests/x')).status).toBe(200);
  });
});
