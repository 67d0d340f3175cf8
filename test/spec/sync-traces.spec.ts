import { anImage, createTestRegistry, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import metrics from '../../plugins/metrics/src/index.js';
import { attributesOf, FakeCollector, type ReceivedSpan } from '../../plugins/metrics/test/fake-collector.js';
import sync from '../../plugins/sync/src/index.js';
import { useSync, WINDOW } from './use-sync.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SERVER = 2;
const CLIENT = 3;

const { upstream } = useSync();
const image = anImage().build();
const [blob = expect.fail()] = image.blobs;
let from: FakeUpstream;
let collector: FakeCollector;

beforeEach(async () => {
  from = await upstream();
  from.has('team/app', image, 'v1');
  collector = await FakeCollector.start();
});
afterEach(() => collector.close());

/** What the collector has when a mirror with this section of metrics has done `run` and stopped. */
async function traced(section: object, run: (registry: TestRegistry) => Promise<unknown>): Promise<ReceivedSpan[]> {
  const mirror = { registries: [{ urls: [from.url], onDemand: true }] };
  const registry = await createTestRegistry({
    plugins: [
      { plugin: sync, section: mirror },
      { plugin: metrics, section: { ...section } },
    ],
  });
  await run(registry);
  await registry.close();
  return collector.spans;
}

const get = (path: string, traceparent?: string) => (registry: TestRegistry) =>
  registry.request('GET', path, { headers: traceparent === undefined ? {} : { traceparent } });

const kept = (path: string) => async (registry: TestRegistry) => {
  await registry.request('GET', path);
  const { reader } = registry.foundations.database;
  await expect.poll(() => reader.selectFrom('memberships').select('digest').execute()).toHaveLength(1);
};

function ofKind(spans: readonly ReceivedSpan[], wanted: number): ReceivedSpan {
  return spans.find(({ kind }) => kind === wanted) ?? expect.fail(`there is no span of the kind ${String(wanted)}`);
}

describe('the trace of a pull that is not held', { timeout: 30_000 }, () => {
  it('links the request of the client with that to the upstream, which is told of it', async () => {
    const spans = await traced(
      { tracing: { endpoint: collector.endpoint } },
      get('/v2/team/app/manifests/v1', `00-${TRACE}-${CALLER}-01`),
    );
    const [server, client] = [ofKind(spans, SERVER), ofKind(spans, CLIENT)];
    expect(spans).toHaveLength(2);
    expect(server).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, name: 'GET /v2/:name/manifests/:reference' });
    expect(client).toMatchObject({ traceId: TRACE, parentSpanId: server.spanId });
    expect(client.name).toBe('GET /v2/:name/manifests/:reference');
    expect(attributesOf(client)).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': from.host,
      'berth.repository': 'team/app',
    });
    expect(from.requests.map(({ headers }) => headers['traceparent'])).toEqual([`00-${TRACE}-${client.spanId}-01`]);
  });

  it('begins here where the client has none', async () => {
    const path = `/v2/team/app/blobs/${blob.digest}`;
    const spans = await traced({ tracing: { endpoint: collector.endpoint } }, kept(path));
    const [server, client] = [ofKind(spans, SERVER), ofKind(spans, CLIENT)];
    expect(server.parentSpanId ?? '').toBe('');
    expect(client).toMatchObject({
      traceId: server.traceId,
      parentSpanId: server.spanId,
      name: 'GET /v2/:name/blobs/:digest',
    });
  });

  it('has the comparison of a tag that is held', async () => {
    const spans = await traced({ tracing: { endpoint: collector.endpoint } }, async (registry) => {
      await registry.request('GET', '/v2/team/app/manifests/v1');
      registry.clock.advance(WINDOW);
      await registry.request('GET', '/v2/team/app/manifests/v1');
    });
    const asked = spans.filter(({ kind }) => kind === CLIENT);
    const served = spans.filter(({ kind }) => kind === SERVER);
    expect(asked.map(({ name }) => name.split(' ')[0])).toEqual(['GET', 'HEAD']);
    expect(asked.map(({ parentSpanId }) => parentSpanId)).toEqual(served.map(({ spanId }) => spanId));
  });

  it('has each request that it takes, those that fail marked as such', async () => {
    from.access = { kind: 'basic', user: 'robot', password: 'other' };
    const spans = await traced({ tracing: { endpoint: collector.endpoint } }, get('/v2/team/app/manifests/v1'));
    const asked = spans.filter(({ kind }) => kind === CLIENT);
    expect(asked.map((span) => attributesOf(span)['http.response.status_code'])).toEqual(from.requests.map(() => 401));
    expect(asked.every(({ status }) => status.code === 2)).toBe(true);
  });

  it('has no status of an upstream that does not answer', async () => {
    await from.close();
    const spans = await traced({ tracing: { endpoint: collector.endpoint } }, get('/v2/team/app/manifests/v1'));
    const client = ofKind(spans, CLIENT);
    expect(client.status.code).toBe(2);
    expect(Object.keys(attributesOf(client))).not.toContain('http.response.status_code');
  });

  it('is told to nobody that the upstream redirects to', async () => {
    const elsewhere = await upstream();
    elsewhere.hasBlob('team/app', blob);
    from.behaviour = { blobsAt: elsewhere.url };
    await traced({ tracing: { endpoint: collector.endpoint } }, kept(`/v2/team/app/blobs/${blob.digest}`));
    expect(from.requests[0]?.headers['traceparent']).toBeDefined();
    expect(elsewhere.requests[0]?.headers['traceparent']).toBeUndefined();
  });

  it('is not recorded where its caller does not want that, and the upstream is told so', async () => {
    const spans = await traced(
      { tracing: { endpoint: collector.endpoint } },
      get('/v2/team/app/manifests/v1', `00-${TRACE}-${CALLER}-00`),
    );
    expect(spans).toEqual([]);
    expect(from.requests[0]?.headers['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  });

  it('is none without the section: the upstream is told nothing of that of the client', async () => {
    const spans = await traced({}, get('/v2/team/app/manifests/v1', `00-${TRACE}-${CALLER}-01`));
    expect(spans).toEqual([]);
    expect(from.requests).toHaveLength(1);
    expect(from.requests[0]?.headers['traceparent']).toBeUndefined();
    expect(collector.connections).toBe(0);
  });
});
