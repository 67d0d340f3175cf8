import { anImage, createTestRegistry, pushManifest, type TestRegistry } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attributesOf, FakeCollector } from '../test/fake-collector.js';
import { scrape } from '../test/scrape.js';
import { valueOf } from '../test/exposition-parser.js';
import plugin from './index.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let collector: FakeCollector;
beforeEach(async () => {
  collector = await FakeCollector.start();
});
afterEach(() => collector.close());

function serve(section: Record<string, unknown>): Promise<TestRegistry> {
  return createTestRegistry({ plugins: [{ plugin, section }] });
}

/** Spans are sent in batches, and what is left when the server stops. */
async function traced(section: Record<string, unknown>, run: (registry: TestRegistry) => Promise<unknown>) {
  const registry = await serve(section);
  await run(registry);
  await scrape(registry);
  await registry.close();
  return collector.spans.filter(({ name }) => name !== 'GET /metrics');
}

describe('tracing', { timeout: 30_000 }, () => {
  it('makes one span of each request, named by its route and not by what the client asked for', async () => {
    const spans = await traced({ tracing: { endpoint: collector.endpoint } }, async ({ request }) => {
      await pushManifest(request, 'a/b', anImage({ seed: 1 }).build(), { tag: 'x' });
      await request('GET', '/v2/a/b/manifests/x');
      await request('GET', '/v2/a/b/manifests/nothing');
    });
    const last = spans.at(-1);

    expect(collector.requests[0]).toBe('POST /v1/traces application/json');
    expect(collector.services[0]).toBe('berth');
    expect(spans.map(({ name }) => name).slice(-3)).toEqual([
      'PUT /v2/:name/manifests/:reference',
      'GET /v2/:name/manifests/:reference',
      'GET /v2/:name/manifests/:reference',
    ]);
    expect(attributesOf(last ?? expect.fail())).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/v2/:name/manifests/:reference',
      'http.response.status_code': 404,
      'berth.repository': 'a/b',
    });
    expect(JSON.stringify(spans)).not.toContain('nothing');
  });

  it('gives a span the time of its request', async () => {
    const before = Date.now();
    const [span] = await traced({ tracing: { endpoint: collector.endpoint } }, ({ request }) => request('GET', '/v2/'));
    const [start, end] = [Number(span?.startTimeUnixNano) / 1e6, Number(span?.endTimeUnixNano) / 1e6];

    expect(start).toBeGreaterThanOrEqual(before - 1);
    expect(end).toBeGreaterThan(start);
    expect(end).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('goes on with the trace that a request is part of, and with its decision not to be traced', async () => {
    const spans = await traced({ tracing: { endpoint: collector.endpoint } }, async ({ request }) => {
      await request('GET', '/v2/', { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } });
      await request('GET', '/v2/_catalog', { headers: { traceparent: `00-${TRACE}-${PARENT}-00` } });
    });

    expect(spans).toMatchObject([{ traceId: TRACE, parentSpanId: PARENT, name: 'GET /v2' }]);
  });

  it('traces none of the requests that come without a decision where the ratio is 0', async () => {
    const section = { tracing: { endpoint: collector.endpoint, sampleRatio: 0 } };

    expect(await traced(section, ({ request }) => request('GET', '/v2/'))).toEqual([]);
  });

  it('takes an endpoint that has a path as it is', async () => {
    await traced({ tracing: { endpoint: `${collector.endpoint}/take/them` } }, ({ request }) => request('GET', '/v2/'));

    expect(collector.requests[0]).toBe('POST /take/them application/json');
  });

  it('counts and logs spans that the collector refuses, and answers requests all the same', async () => {
    const refusing = await FakeCollector.start(400);
    const registry = await serve({ tracing: { endpoint: refusing.endpoint } });
    const { status } = await registry.request('GET', '/v2/');
    await registry.close();
    await refusing.close();

    expect(status).toBe(200);
    expect(refusing.spans).toHaveLength(1);
    expect(registry.logLines.all.filter(({ msg }) => msg === 'spans could not be sent')).toHaveLength(1);
  });

  it('counts what was sent', async () => {
    const registry = await serve({ tracing: { endpoint: collector.endpoint } });
    const families = await scrape(registry);
    await registry.close();

    expect(families.get('berth_metrics_spans_total')).toMatchObject({ type: 'counter' });
    expect(valueOf(families, 'berth_metrics_spans_total', { outcome: 'failed' })).toBe(0);
  });
});
