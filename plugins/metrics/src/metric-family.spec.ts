import { AggregatorRegistry } from 'prom-client';
import { expect, it } from 'vitest';
import { parseExposition, valueOf } from '../test/exposition-parser.js';
import { familyOf, type MetricFamily } from './metric-family.js';

/** What one of several processes has counted. */
function familiesOf(requests: number, seconds: number, bytes: number): MetricFamily[] {
  return [
    familyOf({
      name: 'requests_total',
      help: 'Requests.',
      kind: 'counter',
      series: [{ labels: { code: '200' }, value: requests }],
    }),
    familyOf({
      name: 'time_seconds',
      help: 'Time.',
      kind: 'histogram',
      bounds: [1],
      series: [{ labels: {}, value: seconds, count: requests, buckets: [requests] }],
    }),
    familyOf({
      name: 'berth_plugin_state',
      help: 'State.',
      kind: 'gauge',
      series: [{ labels: { state: 'enabled' }, value: 1 }],
    }),
    { name: 'a_bytes', help: 'A.', type: 'gauge', aggregator: 'max', values: [{ labels: {}, value: bytes }] },
  ];
}

it('is what prom-client puts together of several processes: counts are added up, what all see alike is not', async () => {
  const together = AggregatorRegistry.aggregate([familiesOf(3, 0.5, 100), familiesOf(4, 0.25, 100)]);
  const families = parseExposition(await together.metrics());

  expect(valueOf(families, 'requests_total', { code: '200' })).toBe(7);
  expect(valueOf(families, 'time_seconds_bucket', { le: '+Inf' })).toBe(7);
  expect(valueOf(families, 'time_seconds_sum')).toBe(0.75);
  expect(valueOf(families, 'berth_plugin_state', { state: 'enabled' })).toBe(1);
  expect(valueOf(families, 'a_bytes')).toBe(100);
});
