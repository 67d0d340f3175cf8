import { describe, expect, it } from 'vitest';
import { headerOf } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('requests from pages of other origins', () => {
  const origin = 'https://ui.example.com';
  const open = useRegistry({ configure: ({ http }) => (http.allowOrigin = origin) });
  const closed = useRegistry();

  it('are allowed to the configured origin, which may read the headers of a registry', async () => {
    const response = await open().request('GET', '/v2/a/manifests/none');
    expect(response.status).toBe(404);
    expect(headerOf(response, 'access-control-allow-origin')).toBe(origin);
    expect(headerOf(response, 'access-control-expose-headers')).toContain('Docker-Content-Digest');
  });

  it('are announced by OPTIONS, which is answered without content', async () => {
    const response = await open().request('OPTIONS', '/v2/a/manifests/x', { headers: { origin } });
    expect([response.status, response.body.byteLength]).toEqual([204, 0]);
    expect(headerOf(response, 'access-control-allow-origin')).toBe(origin);
    expect(headerOf(response, 'access-control-allow-methods')?.split(', ')).toEqual(
      expect.arrayContaining(['PUT', 'PATCH']),
    );
    expect(headerOf(response, 'access-control-allow-headers')).toContain('Authorization');
  });

  it('are allowed to nobody by default', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const response = await closed().request(method, '/v2/', { headers: { origin } });
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});
