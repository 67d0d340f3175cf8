import { anImage } from '@berth/testkit';
import { expect, it } from 'vitest';
import { stateOf } from './sync-state.js';
import { until } from './until.js';
import { runOnce } from './use-runs.js';
import { useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const POLLED = { onDemand: false, pollInterval: '90m', content: [{ prefix: '**' }] };
const NO_TAGS = { moved: 0, unmoved: 0, failed: 0, refused: 0, unsigned: 0, shadowed: 0, gone: 0, removed: 0 };

it('tells of the periodic run under way, of the last one, and when the next is due', async () => {
  const from = await upstream();
  const image = anImage().withLayerSize(50_000).build();
  from.has('team/app', image, '1');
  const registry = await mirror([from, POLLED], [await upstream()]);
  const time = (after: number): string => new Date(registry.clock.now() + after).toISOString();
  const periodic = async (): Promise<unknown> => (await stateOf(registry)).upstreams.map((one) => one['periodic']);
  const due = { pollInterval: '1h30m', isRunning: false, nextRun: time(0), run: null };
  expect(await periodic()).toEqual([due, null]);

  from.behaviour = { bytesPerSecond: 200_000 };
  const running = runOnce(registry);
  await until('it is under way', () => from.count('GET', /blobs/) > 0);
  const counts = { repositories: 1, problems: 0, tags: { seen: 0, ...NO_TAGS }, bytes: image.manifest.byteLength };
  const underWay = { started: time(0), ended: null, outcome: null };
  expect(await periodic()).toMatchObject([
    { isRunning: true, nextRun: time(90 * 60_000), run: { ...underWay, repositories: 1 } },
    null,
  ]);
  registry.clock.advance(5000);
  await running;
  const bytes = image.blobs.reduce((sum, blob) => sum + blob.bytes.byteLength, counts.bytes);
  const ended = { started: time(-5000), ended: time(0), outcome: 'succeeded' };
  expect(await periodic()).toEqual([
    {
      pollInterval: '1h30m',
      isRunning: false,
      nextRun: time(90 * 60_000 - 5000),
      run: { ...ended, ...counts, tags: { seen: 1, ...NO_TAGS, moved: 1 }, bytes },
    },
    null,
  ]);
});
