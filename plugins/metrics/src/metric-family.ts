import type { InstrumentSnapshot, Labels } from '@berth/sdk';

/** One sample of a family; `metricName` where that is not the family's own name, as with `_bucket`, `_sum` and `_count`. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** How one number is made of those of several processes. */
export type Aggregator = 'sum' | 'first' | 'max' | 'min' | 'average';

/**
 * All series of one name, as plain data in the form prom-client gathers from processes: families of several can be put together with
 * its `AggregatorRegistry.aggregate`.
 */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly aggregator: Aggregator;
  readonly values: readonly Sample[];
}

/** Gauges by which every process says the same of the whole server. */
const SAID_BY_ALL = new Set([
  'berth_plugin_state',
  'berth_auth_ldap_breaker_open',
  'berth_config_invalid',
  'berth_tls_certificate_invalid',
  'berth_tls_certificate_expires_seconds',
]);

/** The family of one of core's instruments. */
export function familyOf({ name, help, kind, bounds = [], series }: InstrumentSnapshot): MetricFamily {
  const base = { name, help, type: kind, aggregator: SAID_BY_ALL.has(name) ? 'max' : 'sum' } as const;
  if (kind !== 'histogram') return { ...base, values: series.map(({ labels, value }) => ({ labels, value })) };
  const values = series.flatMap(({ labels, value, count = 0, buckets = [] }) => [
    ...bounds.map((le, at) => bucket(name, labels, le, buckets[at] ?? 0)),
    bucket(name, labels, '+Inf', count),
    { metricName: `${name}_sum`, labels, value },
    { metricName: `${name}_count`, labels, value: count },
  ]);
  return { ...base, values };
}

function bucket(name: string, labels: Labels, le: number | string, value: number): Sample {
  return { metricName: `${name}_bucket`, labels: { ...labels, le }, value };
}
