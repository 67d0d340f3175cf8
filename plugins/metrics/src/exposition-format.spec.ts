import { describe, expect, it } from 'vitest';
import { Registry } from 'prom-client';
import { parseExposition, valueOf } from '../test/exposition-parser.js';
import { render, typeFor } from './exposition-format.js';
import { familyOf, type MetricFamily } from './metric-family.js';

const { PROMETHEUS_CONTENT_TYPE: PLAIN, OPENMETRICS_CONTENT_TYPE: OPEN } = Registry;

const FAMILIES: readonly MetricFamily[] = [
  familyOf({
    name: 'a_total',
    help: 'With a \\ and\na line feed.',
    kind: 'counter',
    series: [
      { labels: { path: 'a"b\\c\nd' }, value: 3 },
      { labels: {}, value: 1 },
    ],
  }),
  familyOf({ name: 'b_bytes', help: 'B.', kind: 'gauge', series: [{ labels: {}, value: -1.5 }] }),
  familyOf({
    name: 'c_seconds',
    help: 'C.',
    kind: 'histogram',
    bounds: [0.5, 1],
    series: [{ labels: { method: 'GET' }, value: 4.25, count: 3, buckets: [1, 2] }],
  }),
  familyOf({ name: 'd_total', help: 'Nothing yet.', kind: 'counter', series: [] }),
];

describe('the text of the metrics', () => {
  it('is one that Prometheus reads back as it was', async () => {
    const families = parseExposition(await render(FAMILIES, PLAIN));

    expect([...families.keys()]).toEqual(['a_total', 'b_bytes', 'c_seconds', 'd_total']);
    expect(valueOf(families, 'a_total', { path: 'a"b\\c\nd' })).toBe(3);
    expect(valueOf(families, 'b_bytes')).toBe(-1.5);
    expect(valueOf(families, 'c_seconds_bucket', { method: 'GET', le: '1' })).toBe(2);
    expect(valueOf(families, 'c_seconds_bucket', { method: 'GET', le: '+Inf' })).toBe(3);
    expect(valueOf(families, 'c_seconds_sum', { method: 'GET' })).toBe(4.25);
  });

  it('is OpenMetrics where that is asked for: counters named without their suffix, bounds as floats, an end', async () => {
    const families = parseExposition(await render(FAMILIES, OPEN), 'openmetrics');

    expect(families.get('a')).toMatchObject({ type: 'counter' });
    expect(valueOf(families, 'a_total')).toBe(1);
    expect(valueOf(families, 'c_seconds_bucket', { method: 'GET', le: '1.0' })).toBe(2);
  });

  it('is the same after it was given in the other format', async () => {
    const before = await render(FAMILIES, PLAIN);
    await render(FAMILIES, OPEN);

    expect(await render(FAMILIES, PLAIN)).toBe(before);
  });
});

describe('the format', () => {
  it.each([
    [undefined, PLAIN],
    ['*/*', PLAIN],
    ['text/plain;version=0.0.4', PLAIN],
    ['application/openmetrics-text; version=1.0.0', OPEN],
    ['application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2', OPEN],
    ['application/openmetrics-text;q=0.2,text/plain;q=0.3', PLAIN],
    ['application/openmetrics-text;q=0', PLAIN],
  ])('for Accept: %s is %s', (accept, type) => {
    expect(typeFor(accept)).toBe(type);
  });
});
