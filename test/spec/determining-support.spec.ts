import { describe, expect, it } from 'vitest';
import { aString, headerOf, jsonOf } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('determining support (end-1)', () => {
  const registry = useRegistry();

  it.each(['/v2/', '/v2'])('answers GET %s with 200 and an empty JSON object', async (path) => {
    const response = await registry().request('GET', path);
    expect(response.status).toBe(200);
    expect(headerOf(response, 'content-type')).toBe('application/json');
    expect(jsonOf(response)).toEqual({});
  });

  it('names the version of the API', async () => {
    const response = await registry().request('GET', '/v2/');
    expect(headerOf(response, 'docker-distribution-api-version')).toBe('registry/2.0');
  });

  it('says at / what this is and where its documentation lies', async () => {
    const response = await registry().request('GET', '/');
    expect(response.status).toBe(200);
    expect(jsonOf(response)).toMatchObject({ name: 'Berth', api: '/v2/', documentation: aString });
  });
});
