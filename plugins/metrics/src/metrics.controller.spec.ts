import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { routeAccessOf } from '@berth/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { parseExposition, valueOf } from '../test/exposition-parser.js';
import { scrape } from '../test/scrape.js';
import plugin from './index.js';
import { MetricsController } from './metrics.controller.js';

let registry: TestRegistry | undefined;
afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

async function serve(section: Record<string, unknown> = {}): Promise<TestRegistry> {
  return (registry = await createTestRegistry({ plugins: [{ plugin, section }] }));
}

describe('the metrics of a server', () => {
  it('are at /metrics, in the text format, without being asked for more', async () => {
    const { request } = await serve();
    const { status, headers, body } = await request('GET', '/metrics');

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(parseExposition(body.toString()).size).toBeGreaterThan(30);
  });

  it('are at the path of the section, and at no other', async () => {
    const served = await serve({ enable: true, prometheus: { path: '/internal/numbers' } });

    expect((await scrape(served, '/internal/numbers')).has('berth_info')).toBe(true);
    expect((await served.request('GET', '/metrics')).status).toBe(404);
  });

  it('are OpenMetrics for a scraper that would rather have it', async () => {
    const { request } = await serve();
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3';
    const { headers, body } = await request('GET', '/metrics', { headers: { accept } });

    expect(headers['content-type']).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    expect(parseExposition(body.toString(), 'openmetrics').has('berth_http_requests')).toBe(true);
  });

  it('say what runs, and that the plugin is enabled', async () => {
    const families = await scrape(await serve());

    expect(families.get('berth_info')?.samples).toMatchObject([{ labels: { node: process.version }, value: 1 }]);
    expect(valueOf(families, 'berth_plugin_state', { plugin: 'metrics', state: 'enabled' })).toBe(1);
    expect(valueOf(families, 'berth_plugin_state', { plugin: 'metrics', state: 'failed' })).toBe(0);
  });

  it('are for those who hold a permission that the plugin declares', () => {
    const handler: unknown = Reflect.get(MetricsController.prototype, 'get');

    expect(routeAccessOf(MetricsController, handler as object)).toEqual({ kind: 'permission', permission: 'read' });
    expect(plugin.permissions?.map(({ name }) => name)).toEqual(['read']);
  });

  it('are not there where the plugin is turned off', async () => {
    const { request } = await serve({ enable: false });

    expect((await request('GET', '/metrics')).status).toBe(404);
  });
});

describe('the section', () => {
  it.each([
    [{ prometheus: { path: 'metrics' } }, /prometheus\.path/],
    [{ prometheus: { path: '/v2/metrics' } }, /\/v2\/metrics/],
    [{ maxRepositories: 0 }, /maxRepositories/],
    [{ repositoryLabels: 'no' }, /repositoryLabels/],
    [{ tracing: {} }, /tracing\.endpoint/],
    [{ tracing: { endpoint: 'collector:4318' } }, /tracing\.endpoint/],
    [{ tracing: { endpoint: 'http://127.0.0.1:4318', sampleRatio: 2 } }, /tracing\.sampleRatio/],
    [{ promtheus: {} }, /promtheus/],
  ])('%j is refused by the name of what is wrong', async (section, key) => {
    await expect(serve(section)).rejects.toThrow(key);
  });
});
