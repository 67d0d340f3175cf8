import { describe, expect, it } from 'vitest';
import { Readiness } from '../../src/health/readiness.js';
import { expectError, headerOf, jsonOf } from './exchange.js';
import { useRegistry } from './use-registry.js';

const HEALTH = ['/livez', '/readyz', '/startupz'];

describe('health before migrations are done', () => {
  const registry = useRegistry({ isOpen: false, mayLeaveFiles: true });
  const statusOf = async (path: string) => (await registry().request('GET', path)).status;

  it('is live, neither started nor ready', async () => {
    expect(await Promise.all(HEALTH.map(statusOf))).toEqual([200, 503, 503]);
    expect(jsonOf(await registry().request('GET', '/startupz'))).toEqual({ status: 'starting' });
  });

  it.each(['/', '/v2/', '/v2/a/manifests/x', '/v2/_catalog'])(
    'refuses %s with 503 and says when to come again',
    async (path) => {
      const response = await registry().request('GET', path);
      expectError(response, 503, 'UNAVAILABLE');
      expect(headerOf(response, 'retry-after')).toBe('1');
    },
  );
});

describe('health of a server that was opened', () => {
  const registry = useRegistry({ isOpen: false });

  it('is live, started and ready from then on', async () => {
    await registry().open();
    const responses = await Promise.all(HEALTH.map((path) => registry().request('GET', path)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await registry().request('GET', '/v2/')).status).toBe(200);
  });

  it('is ready whatever query a probe sends', async () => {
    expect((await registry().request('GET', '/readyz?verbose')).status).toBe(200);
  });
});

describe('health of a server of which a part has failed', () => {
  const registry = useRegistry();

  it('is not ready and names the part, but live and started', async () => {
    let failure: Error | undefined = new Error('it broke');
    registry()
      .application.get(Readiness)
      .watch({ name: 'part', check: () => failure });
    const response = await registry().request('GET', '/readyz');
    expect([response.status, jsonOf(response)]).toEqual([
      503,
      { status: 'ready', failures: { part: 'it broke' }, degraded: {} },
    ]);
    expect((await registry().request('GET', '/livez')).status).toBe(200);
    expect((await registry().request('GET', '/startupz')).status).toBe(200);
    failure = undefined;
    expect((await registry().request('GET', '/readyz')).status).toBe(200);
  });

  it('is neither ready nor serving while it stops, but live', async () => {
    registry().application.get(Readiness).advance('stopping');
    const responses = await Promise.all(['/livez', '/readyz', '/v2/'].map((path) => registry().request('GET', path)));
    expect(responses.map(({ status }) => status)).toEqual([200, 503, 503]);
  });
});

describe('health before migrations are done, as probes ask', () => {
  const registry = useRegistry({ isOpen: false, mayLeaveFiles: true });

  it.each(['/livez?x=1', '/livez/'])('%s is live', async (path) => {
    expect((await registry().request('GET', path)).status).toBe(200);
  });
});
