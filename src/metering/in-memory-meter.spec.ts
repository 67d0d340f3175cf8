import { describe, expect, it } from 'vitest';
import { InMemoryMeter } from './in-memory-meter.js';

const options = { name: 'requests_total', help: 'Requests.' };

describe('the meter', () => {
  it('adds up a counter for each set of labels', () => {
    const meter = new InMemoryMeter();
    const counter = meter.counter(options);
    counter.add();
    counter.add({ method: 'GET' });
    counter.add({ method: 'GET' }, 4);
    counter.add({ method: 'PUT' });

    expect(meter.snapshot()).toEqual([
      {
        ...options,
        kind: 'counter',
        series: [
          { labels: {}, value: 1 },
          { labels: { method: 'GET' }, value: 5 },
          { labels: { method: 'PUT' }, value: 1 },
        ],
      },
    ]);
  });

  it('keeps labels apart whose text runs together', () => {
    const meter = new InMemoryMeter();
    const counter = meter.counter(options);
    counter.add({ a: 'x', b: 'y' });
    counter.add({ a: 'xb', y: '' });
    counter.add({ ab: 'xy' });

    expect(meter.snapshot()[0]?.series).toHaveLength(3);
  });

  it('sets a gauge, and moves it both ways', () => {
    const meter = new InMemoryMeter();
    const gauge = meter.gauge({ ...options, name: 'transfers' });
    gauge.set(5);
    gauge.add();
    gauge.add({}, -3);

    expect(meter.snapshot()[0]).toMatchObject({ kind: 'gauge', series: [{ value: 3 }] });
  });

  it('counts a value in every bucket whose bound it does not exceed', () => {
    const meter = new InMemoryMeter();
    const histogram = meter.histogram({ ...options, name: 'seconds', buckets: [1, 5, 10] });
    for (const value of [0.5, 1, 1.1, 7, 100]) histogram.observe(value);

    expect(meter.snapshot()[0]).toMatchObject({
      kind: 'histogram',
      bounds: [1, 5, 10],
      series: [{ labels: {}, buckets: [2, 3, 4], count: 5, value: 109.6 }],
    });
  });

  it('adds to a series that was found ahead as to one that is named each time', () => {
    const meter = new InMemoryMeter();
    const counter = meter.counter(options);
    const gets = counter.with({ method: 'GET' });
    gets.add();
    counter.add({ method: 'GET' }, 4);
    const gauge = meter.gauge({ ...options, name: 'transfers' });
    gauge.with({}).set(7);
    gauge.with({}).add(-2);
    const histogram = meter.histogram({ ...options, name: 'seconds', buckets: [1] });
    histogram.with({ method: 'GET' }).observe(0.5);
    histogram.observe(2, { method: 'GET' });

    expect(meter.snapshot()).toMatchObject([
      { series: [{ labels: { method: 'GET' }, value: 5 }] },
      { series: [{ labels: {}, value: 5 }] },
      { series: [{ labels: { method: 'GET' }, value: 2.5, count: 2, buckets: [1] }] },
    ]);
  });

  it('shows a series that was found ahead at zero before anything was counted', () => {
    const meter = new InMemoryMeter();
    meter.counter(options).with({ method: 'GET' });

    expect(meter.snapshot()).toMatchObject([{ series: [{ labels: { method: 'GET' }, value: 0 }] }]);
  });

  it('gives the same instrument for the same name', () => {
    const meter = new InMemoryMeter();

    expect(meter.counter(options)).toBe(meter.counter(options));
  });

  it('refuses a name that an instrument of another kind has', () => {
    const meter = new InMemoryMeter();
    meter.counter(options);

    expect(() => meter.gauge(options)).toThrow(options.name);
    expect(() => meter.histogram({ ...options, buckets: [1] })).toThrow(options.name);
  });

  it('gives a snapshot that later values do not change', () => {
    const meter = new InMemoryMeter();
    const histogram = meter.histogram({ ...options, buckets: [1] });
    histogram.observe(1);
    const before = meter.snapshot();
    histogram.observe(1);

    expect(before[0]?.series[0]).toMatchObject({ buckets: [1], count: 1 });
  });
});
