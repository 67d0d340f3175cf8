import { anImage, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { aList, EMPTY_CONFIG, expectError, headerOf, jsonOf, pushWhole } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('the catalog and the discovery of extensions', () => {
  const registry = useRegistry();
  const names = ['a', 'a/b', 'b', 'library/app'];
  const catalog = (query = '') => registry().request('GET', `/v2/_catalog${query}`);

  beforeAll(async () => {
    for (const name of names.toReversed()) {
      await pushManifest(registry().request, name, anImage({ seed: 1 }).build(), { tag: 'x' });
    }
    await pushWhole(registry().request, 'only/blobs', EMPTY_CONFIG);
  });

  it('lists repositories that hold a manifest, in byte order', async () => {
    const response = await catalog();
    expect([response.status, headerOf(response, 'content-type')]).toEqual([200, 'application/json']);
    expect(jsonOf(response)).toEqual({ repositories: names });
    expect(response.headers['link']).toBeUndefined();
  });

  it('gives n repositories and a Link, whose page is the rest', async () => {
    const first = await catalog('?n=2');
    expect(jsonOf(first)).toEqual({ repositories: ['a', 'a/b'] });
    expect(headerOf(first, 'link')).toBe('</v2/_catalog?n=2&last=a%2Fb>; rel="next"');
    const second = await catalog('?n=2&last=a%2Fb');
    expect(jsonOf(second)).toEqual({ repositories: ['b', 'library/app'] });
    expect(second.headers['link']).toBeUndefined();
  });

  it('gives an empty list and no Link for n=0', async () => {
    const response = await catalog('?n=0');
    expect([jsonOf(response), response.headers['link']]).toEqual([{ repositories: [] }, undefined]);
  });

  it('answers 400 for an n that is no number', async () => {
    expectError(await catalog('?n=x'), 400, 'UNSUPPORTED');
  });

  it.each(['/v2/_oci/ext/discover', '/v2/library/app/_oci/ext/discover'])('lists extensions at %s', async (path) => {
    const response = await registry().request('GET', path);
    expect([response.status, headerOf(response, 'content-type')]).toEqual([200, 'application/json']);
    expect(jsonOf(response)).toEqual({ extensions: aList });
  });
});
