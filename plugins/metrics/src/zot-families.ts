import type { InstrumentSnapshot, Labels, Series } from '@berth/sdk';
import { familyOf, type MetricFamily } from './metric-family.js';

interface Alias {
  /** Core's instrument. */
  readonly from: string;
  readonly help: string;
  /** The labels as zot has them, or `undefined` for a series that zot knows nothing of. */
  readonly labels?: (labels: Labels) => Labels | undefined;
  /** True: zot has a summary of sum and count where core has a histogram. */
  readonly isSummary?: boolean;
}

const GC_KINDS = new Set(['manifest', 'blob', 'upload']);

/** Zot's names for what core counts under its own, so that dashboards made for zot show a Berth. */
const ALIASES: Readonly<Record<string, Alias>> = {
  zot_http_requests_total: { from: 'berth_http_requests_total', help: 'Requests by method and status.' },
  zot_http_method_latency_seconds: {
    from: 'berth_http_request_duration_seconds',
    help: 'Time of a request by method.',
  },
  zot_gc_runs_total: {
    from: 'berth_gc_runs_total',
    help: 'Garbage collections, by whether they failed.',
    labels: ({ outcome }) => ({ error: String(outcome !== 'succeeded') }),
  },
  zot_gc_duration_seconds: {
    from: 'berth_gc_duration_seconds',
    help: 'Time of a whole garbage collection.',
    isSummary: true,
  },
  zot_gc_deleted_total: {
    from: 'berth_gc_deleted_total',
    help: 'What garbage collection removed, by type.',
    labels: ({ kind = '' }) => (GC_KINDS.has(kind) ? { type: kind } : undefined),
  },
  zot_scheduler_workers_tasks_duration_seconds: {
    from: 'berth_job_duration_seconds',
    help: 'Time of a job run, by the name of the job.',
    labels: ({ name = '' }) => ({ name }),
  },
};

/** The families that zot's dashboards ask for, of what core has counted. */
export function zotFamilies(snapshot: readonly InstrumentSnapshot[]): MetricFamily[] {
  return Object.entries(ALIASES).flatMap(([name, { from, help, labels = same, isSummary = false }]) => {
    const instrument = snapshot.find((found) => found.name === from);
    if (!instrument) return [];
    const series = relabelled(instrument.series, labels);
    return [isSummary ? summaryOf(name, help, series) : familyOf({ ...instrument, name, help, series })];
  });
}

function same(labels: Labels): Labels {
  return labels;
}

/** Series that are one under their new labels are added up. */
function relabelled(series: readonly Series[], labelsOf: (labels: Labels) => Labels | undefined): Series[] {
  const together = new Map<string, Series>();
  for (const one of series) {
    const labels = labelsOf(one.labels);
    if (!labels) continue;
    const key = JSON.stringify(labels);
    const other = together.get(key);
    together.set(key, other ? sumOf(other, one) : { ...one, labels });
  }
  return [...together.values()];
}

function sumOf(one: Series, other: Series): Series {
  return {
    ...one,
    value: one.value + other.value,
    ...(one.count === undefined ? {} : { count: one.count + (other.count ?? 0) }),
    ...(one.buckets ? { buckets: one.buckets.map((count, at) => count + (other.buckets?.[at] ?? 0)) } : {}),
  };
}

function summaryOf(name: string, help: string, series: readonly Series[]): MetricFamily {
  const values = series.flatMap(({ labels, value, count = 0 }) => [
    { metricName: `${name}_sum`, labels, value },
    { metricName: `${name}_count`, labels, value: count },
  ]);
  return { name, help, type: 'summary', aggregator: 'sum', values };
}
