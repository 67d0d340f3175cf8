import { describe, expect, it } from 'vitest';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import { RequestSeries } from './request-series.js';

const ZOT_BOUNDS = [0.05, 0.5, 1, 5, 30, 60, 600];

function seriesOf(meter: InMemoryMeter, name: string) {
  return meter.snapshot().find((instrument) => instrument.name === name);
}

describe('the numbers of requests', () => {
  it('count by method and status, and time by method', () => {
    const meter = new InMemoryMeter();
    const series = new RequestSeries(meter);
    series.add('GET', 200, 2, 100);
    series.add('GET', 200, 3, 20);
    series.add('GET', 404, 1, 0);
    series.add('PUT', 201, 1500, 0);

    expect(seriesOf(meter, 'berth_http_requests_total')?.series).toEqual([
      { labels: { method: 'GET', code: '200' }, value: 2 },
      { labels: { method: 'GET', code: '404' }, value: 1 },
      { labels: { method: 'PUT', code: '201' }, value: 1 },
    ]);
    expect(seriesOf(meter, 'berth_http_request_duration_seconds')?.series).toMatchObject([
      { labels: { method: 'GET' }, value: 0.006, count: 3 },
      { labels: { method: 'PUT' }, value: 1.5, count: 1 },
    ]);
    expect(seriesOf(meter, 'berth_http_sent_bytes_total')?.series).toEqual([{ labels: {}, value: 120 }]);
  });

  it("have every bound of zot's latency buckets, so that its dashboards find them", () => {
    const meter = new InMemoryMeter();
    new RequestSeries(meter).add('GET', 200, 1, 0);

    expect(seriesOf(meter, 'berth_http_request_duration_seconds')?.bounds).toEqual(expect.arrayContaining(ZOT_BOUNDS));
  });
});
