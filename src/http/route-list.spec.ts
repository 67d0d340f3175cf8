import { createTestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { routesOf } from './route-list.js';

describe('the list of routes', () => {
  it('has every route of the server, with its method', async () => {
    const registry = await createTestRegistry();
    const routes = routesOf(registry.application).map(({ method, url }) => `${method} ${url}`);
    await registry.close();
    expect(routes).toEqual(expect.arrayContaining(['GET /v2', 'GET /v2/:name/tags/list', 'GET /livez']));
    expect(new Set(routes).size).toBe(routes.length);
  });
});
