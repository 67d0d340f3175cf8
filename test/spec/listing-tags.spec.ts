import { anImage, pushManifest, type RegistryResponse } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectError, headerOf, jsonOf, putManifest } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('listing tags (end-8a, end-8b)', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  // In byte order: one that begins like the next, and upper case before lower.
  const tags = ['1.0', '1.0.1', 'B', '_x', 'a', 'ab', 'latest', 'z'];
  const list = (query = '') => registry().request('GET', `/v2/a/b/tags/list${query}`);
  const tagsOf = (response: RegistryResponse): unknown => {
    const { name, tags: found } = jsonOf(response) as { readonly name: unknown; readonly tags: unknown };
    expect([response.status, name]).toEqual([200, 'a/b']);
    return found;
  };
  const linkOf = (response: RegistryResponse) => headerOf(response, 'link');

  beforeAll(async () => {
    await pushManifest(registry().request, 'a/b', image);
    for (const tag of tags.toReversed()) {
      await putManifest(registry().request, `/v2/a/b/manifests/${tag}`, image.mediaType, image.manifest);
    }
    await pushManifest(registry().request, 'a/untagged', image);
  });

  it('gives all tags in byte order, with the plain type and no Link', async () => {
    const response = await list();
    expect(tagsOf(response)).toEqual(tags);
    expect([headerOf(response, 'content-type'), linkOf(response)]).toEqual(['application/json', undefined]);
  });

  it('gives n tags and a Link to those behind them', async () => {
    const response = await list('?n=3');
    expect(tagsOf(response)).toEqual(tags.slice(0, 3));
    expect(linkOf(response)).toBe('</v2/a/b/tags/list?n=3&last=B>; rel="next"');
  });

  it.each([1, 2, 3, 7, 8, 9])('gives each tag once to a client that follows the Links, %i at a time', async (n) => {
    const found: unknown[] = [];
    let next: string | undefined = `/v2/a/b/tags/list?n=${String(n)}`;
    let pages = 0;
    while (next !== undefined && ++pages < 10) {
      const response: RegistryResponse = await registry().request('GET', next);
      found.push(tagsOf(response));
      next = /^<([^>]+)>; rel="next"$/.exec(linkOf(response) ?? '')?.[1];
    }
    expect(found.flat()).toEqual(tags);
    expect(pages).toBe(Math.ceil(tags.length / n));
  });

  it('gives an empty list and no Link for n=0', async () => {
    const response = await list('?n=0');
    expect([tagsOf(response), linkOf(response)]).toEqual([[], undefined]);
  });

  it.each([
    ['a tag', 'a', ['ab', 'latest', 'z']],
    ['a tag that another begins with', '1.0', tags.slice(1)],
    ['what is no tag', 'c', ['latest', 'z']],
    ['the last tag', 'z', []],
  ])('begins behind %s, exclusively', async (_, last, rest) => {
    const response = await list(`?last=${last}`);
    expect([tagsOf(response), linkOf(response)]).toEqual([rest, undefined]);
  });

  it('gives [] and not null where there are no tags', async () => {
    const response = await registry().request('GET', '/v2/a/untagged/tags/list');
    expect(jsonOf(response)).toEqual({ name: 'a/untagged', tags: [] });
  });

  it('answers 404 NAME_UNKNOWN for a repository that is not there', async () => {
    expectError(await registry().request('GET', '/v2/a/c/tags/list'), 404, 'NAME_UNKNOWN');
  });

  it.each(['-1', 'x', '', '1.5', '99999999999999'])('answers 400 for n=%s', async (n) => {
    expectError(await list(`?n=${n}`), 400, 'UNSUPPORTED');
  });
});
