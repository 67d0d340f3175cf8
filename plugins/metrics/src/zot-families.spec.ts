import { describe, expect, it } from 'vitest';
import type { InstrumentSnapshot } from '@berth/sdk';
import { zotFamilies } from './zot-families.js';

const counter = (name: string, series: InstrumentSnapshot['series']): InstrumentSnapshot => ({
  name,
  help: '.',
  kind: 'counter',
  series,
});

function valuesOf(snapshot: InstrumentSnapshot): unknown {
  return zotFamilies([snapshot]).map(({ name, type, values }) => ({ name, type, values }));
}

describe("zot's names", () => {
  it('are given only for what core has counted', () => {
    expect(zotFamilies([])).toEqual([]);
  });

  it('say of a collection whether it failed, and not how it ended', () => {
    const runs = [
      { labels: { outcome: 'succeeded' }, value: 4 },
      { labels: { outcome: 'failed' }, value: 1 },
    ];

    expect(valuesOf(counter('berth_gc_runs_total', runs))).toEqual([
      {
        name: 'zot_gc_runs_total',
        type: 'counter',
        values: [
          { labels: { error: 'false' }, value: 4 },
          { labels: { error: 'true' }, value: 1 },
        ],
      },
    ]);
  });

  it('leave out what zot has no name for', () => {
    const deleted = [
      { labels: { kind: 'blob' }, value: 2 },
      { labels: { kind: 'membership' }, value: 7 },
    ];

    expect(valuesOf(counter('berth_gc_deleted_total', deleted))).toMatchObject([
      { values: [{ labels: { type: 'blob' }, value: 2 }] },
    ]);
  });

  it('give sum and count where zot has a summary', () => {
    const histogram: InstrumentSnapshot = {
      name: 'berth_gc_duration_seconds',
      help: '.',
      kind: 'histogram',
      bounds: [1],
      series: [{ labels: {}, value: 2.5, count: 2, buckets: [1] }],
    };

    expect(valuesOf(histogram)).toEqual([
      {
        name: 'zot_gc_duration_seconds',
        type: 'summary',
        values: [
          { metricName: 'zot_gc_duration_seconds_sum', labels: {}, value: 2.5 },
          { metricName: 'zot_gc_duration_seconds_count', labels: {}, value: 2 },
        ],
      },
    ]);
  });

  it('add series up that are one without a label of core', () => {
    const histogram: InstrumentSnapshot = {
      name: 'berth_job_duration_seconds',
      help: '.',
      kind: 'histogram',
      bounds: [1],
      series: [
        { labels: { name: 'gc', outcome: 'succeeded' }, value: 2, count: 2, buckets: [1] },
        { labels: { name: 'gc', outcome: 'failed' }, value: 0.5, count: 1, buckets: [1] },
      ],
    };
    const [family] = zotFamilies([histogram]);

    expect(family?.values).toContainEqual({
      metricName: 'zot_scheduler_workers_tasks_duration_seconds_bucket',
      labels: { name: 'gc', le: 1 },
      value: 2,
    });
    expect(family?.values).toContainEqual({
      metricName: 'zot_scheduler_workers_tasks_duration_seconds_sum',
      labels: { name: 'gc' },
      value: 2.5,
    });
  });
});
