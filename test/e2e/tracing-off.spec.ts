import { registerHooks } from 'node:module';
import { Socket } from 'node:net';
import { createTestRegistry } from '@berth/testkit';
import { expect, it, vi } from 'vitest';
import { FakeCollector } from '../../plugins/metrics/test/fake-collector.js';
import { scrape } from '../../plugins/metrics/test/scrape.js';
import plugin from '../../plugins/metrics/src/index.js';

const TRACING_LIBRARY = /\/node_modules\/(@opentelemetry\/(?:sdk-trace|exporter-trace-otlp-http|resources))\//;

/** What a server with this section makes Node load of the tracing libraries, and to which ports it connects beside its own. */
async function watched(section: Record<string, unknown>) {
  const loaded = new Set<string>();
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const [, library] = TRACING_LIBRARY.exec(found.url) ?? [];
      if (library !== undefined) loaded.add(library);
      return found;
    },
  });
  const connect = vi.spyOn(Socket.prototype, 'connect');
  const registry = await createTestRegistry({ plugins: [{ plugin, section }] });
  const own = new URL(registry.url).port;
  await registry.request('GET', '/v2/');
  await scrape(registry);
  await registry.close();
  const ports = connect.mock.calls.flatMap((call) => /"port":"?(\d+)/.exec(JSON.stringify(call))?.[1] ?? []);
  connect.mockRestore();
  hooks.deregister();
  return { loaded: [...loaded].sort(), others: ports.filter((port) => port !== own), own: ports.includes(own) };
}

// In one test and in this order, since what is loaded stays loaded; and no other test in this process loads them.
it(
  'loads no tracing library and connects to nobody without the section, and does both with it',
  { timeout: 30_000 },
  async () => {
    const collector = await FakeCollector.start();
    const without = await watched({});
    const connectionsWithout = collector.connections;
    const { endpoint } = collector;
    const withIt = await watched({ tracing: { endpoint } });
    await collector.close();

    expect(without).toEqual({ loaded: [], others: [], own: true });
    expect(connectionsWithout).toBe(0);
    expect(withIt.loaded).toHaveLength(3);
    expect(new Set(withIt.others)).toEqual(new Set([new URL(endpoint).port]));
  },
);
