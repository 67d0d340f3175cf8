import { DEFAULT_STORE, type RepositoryName } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { isRoute, StoreRoutes } from './store-routes.js';

const routes = new StoreRoutes(['/', '/a', '/a/b', '/ab']);

describe('StoreRoutes', () => {
  it.each([
    ['a/x', '/a'],
    ['a/b', '/a'],
    ['a/b/x', '/a/b'],
    ['ab/x', '/ab'],
    ['abc/x', DEFAULT_STORE],
    ['a', '/'],
    ['x', '/'],
    ['x/a', DEFAULT_STORE],
  ])('sends %s to %s: the longest route decides, by whole components', (name, store) => {
    expect(routes.storeOf(name as RepositoryName)).toBe(store);
  });

  it('sends everything to the default store where there is no route', () => {
    expect(new StoreRoutes([]).storeOf('a/b' as RepositoryName)).toBe(DEFAULT_STORE);
  });
});

describe('isRoute', () => {
  it.each(['/', '/a', '/a/b-c'])('takes %s', (route) => {
    expect(isRoute(route)).toBe(true);
  });

  it.each(['', 'a', '/a/', '//', '/A', '/a b'])('takes %j for none', (route) => {
    expect(isRoute(route)).toBe(false);
  });
});
