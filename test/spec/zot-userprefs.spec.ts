import { anImage, pushManifest, type RegistryResponse } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import search from '../../plugins/search/src/index.js';
import { basic, GuardedRegistry } from './guarded.js';
import { until } from './until.js';
import { askByGet } from './zot-search.js';

const RULES = {
  repositories: {
    '**': { defaultPolicy: ['read'], anonymousPolicy: ['read'] },
    'secret/**': { policies: [{ users: ['root'], actions: ['read'] }] },
  },
  adminPolicy: { users: ['root'], actions: ['read', 'create', 'update', 'delete'] },
};

interface Repositories {
  readonly Results: readonly {
    readonly Name: string;
    readonly StarCount: number;
    readonly IsStarred: boolean;
    readonly IsBookmarked: boolean;
  }[];
}

describe('bookmarks and stars', () => {
  const guarded = new GuardedRegistry(['jane', 'john', 'root']);

  const toggle = (query: string, user?: string): Promise<RegistryResponse> =>
    guarded.send('PUT', `/v2/_zot/ext/userprefs?${query}`, user === undefined ? {} : basic(user));
  const statusOf = async (query: string, user?: string): Promise<number> => (await toggle(query, user)).status;
  const list = async (field: string, user?: string): Promise<Repositories['Results']> => {
    const query = `{found: ${field}{Results{Name StarCount IsStarred IsBookmarked}}}`;
    const headers = user === undefined ? {} : basic(user);
    const { data } = await askByGet<{ readonly found: Repositories }>(guarded.registry, query, headers);
    return data.found.Results;
  };
  const namesOf = async (field: string, user?: string): Promise<string[]> =>
    (await list(field, user)).map(({ Name }) => Name);

  beforeAll(async () => {
    await guarded.start({ accessControl: RULES }, { plugins: [{ plugin: search }] });
    for (const name of ['a/one', 'a/two', 'secret/three'])
      await pushManifest(guarded.registry.request, name, anImage().build(), { tag: '1', headers: basic('root') });
    await until('all are found', async () => (await namesOf('RepoListWithNewestImage', 'root')).length === 3, 30_000);
  }, 60_000);
  afterAll(() => guarded.close());

  it('are for those who are known', async () => {
    expect(await statusOf('repo=a/one&action=toggleStar')).toBe(403);
    expect(await namesOf('StarredRepos')).toEqual([]);
    expect(await namesOf('BookmarkedRepos')).toEqual([]);
  });

  it.each([
    '',
    'repo=a/one',
    'action=toggleStar',
    'repo=a/one&action=no',
    'repo=a/one&action=toString',
    'repo=a/one&repo=a/two&action=toggleStar',
  ])('need an action and a repository: %s is refused', async (query) => {
    expect(await statusOf(query, 'jane')).toBe(400);
  });

  it.each([
    'repo=&action=toggleStar',
    'repo=no/such&action=toggleStar',
    'repo=NO&action=toggleBookmark',
    'repo=secret/three&action=toggleStar',
  ])('are not for what is not there, or may not be read: %s', async (query) => {
    expect(await statusOf(query, 'jane')).toBe(404);
  });

  it('come and go with each toggle, and belong to their user', async () => {
    expect(await statusOf('repo=a/one&action=toggleBookmark', 'jane')).toBe(200);
    expect(await statusOf('repo=a%2Ftwo&action=toggleStar', 'jane')).toBe(200);
    expect(await statusOf('repo=a/two&action=toggleStar', 'john')).toBe(200);
    expect(await namesOf('BookmarkedRepos', 'jane')).toEqual(['a/one']);
    expect(await namesOf('StarredRepos', 'jane')).toEqual(['a/two']);
    expect(await namesOf('BookmarkedRepos', 'john')).toEqual([]);
    const seen = await list('RepoListWithNewestImage(requestedPage:{sortBy:ALPHABETIC_ASC})', 'jane');
    expect(seen).toEqual([
      { Name: 'a/one', StarCount: 0, IsStarred: false, IsBookmarked: true },
      { Name: 'a/two', StarCount: 2, IsStarred: true, IsBookmarked: false },
    ]);
    expect(await statusOf('repo=a/two&action=toggleStar', 'jane')).toBe(200);
    const [, two] = await list('RepoListWithNewestImage(requestedPage:{sortBy:ALPHABETIC_ASC})', 'jane');
    expect(two).toMatchObject({ StarCount: 1, IsStarred: false });
  });

  it('are what lists may be sorted and filtered by', async () => {
    const byStars = 'RepoListWithNewestImage(requestedPage:{sortBy:STARS})';
    expect((await namesOf(byStars, 'root'))[0]).toBe('a/two');
    const found = await askByGet<{ readonly GlobalSearch: { readonly Repos: readonly { readonly Name: string }[] } }>(
      guarded.registry,
      '{GlobalSearch(query:"a/" filter:{IsBookmarked:false}){Repos{Name}}}',
      basic('jane'),
    );
    expect(found.data.GlobalSearch.Repos).toEqual([{ Name: 'a/two' }]);
  });
});
