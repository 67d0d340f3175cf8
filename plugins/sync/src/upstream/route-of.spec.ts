import { describe, expect, it } from 'vitest';
import { routeOf } from './route-of.js';

describe('the route of a request to an upstream', () => {
  it.each([
    ['/v2/library/nginx/manifests/1.25', '/v2/:name/manifests/:reference'],
    ['/v2/a/blobs/manifests/blobs/sha256:00', '/v2/:name/blobs/:digest'],
    ['/v2/a/referrers/sha256:00?artifactType=a/b', '/v2/:name/referrers/:digest'],
    ['/v2/a/tags/list?n=100&last=x', '/v2/:name/tags/list'],
    ['/v2/', '/v2'],
  ])('of %s is %s', (path, route) => {
    expect(routeOf(path)).toBe(route);
  });
});
