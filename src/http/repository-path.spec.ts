import { describe, expect, it } from 'vitest';
import { foldRepositoryName, parseRepositoryPath } from './repository-path.js';

describe('parseRepositoryPath', () => {
  it.each([
    ['/v2/a/manifests/x', 'a', '/manifests/x'],
    ['/v2/a/b/c/manifests/sha256:00', 'a/b/c', '/manifests/sha256:00'],
    ['/v2/a/blobs/sha256:00', 'a', '/blobs/sha256:00'],
    ['/v2/a/blobs/uploads/', 'a', '/blobs/uploads/'],
    ['/v2/a/blobs/uploads', 'a', '/blobs/uploads'],
    ['/v2/a/blobs/uploads/id', 'a', '/blobs/uploads/id'],
    ['/v2/a/blobs/uploads/id/', 'a', '/blobs/uploads/id/'],
    ['/v2/a/tags/list', 'a', '/tags/list'],
    ['/v2/a/referrers/sha256:00', 'a', '/referrers/sha256:00'],
    ['/v2/a/_oci/ext/discover', 'a', '/_oci/ext/discover'],
  ])('takes %s apart from the right', (path, name, rest) => {
    expect(parseRepositoryPath(path)).toEqual({ name, rest });
  });

  it.each([
    ['/v2/a/blobs/uploads/b/blobs/uploads/', 'a/blobs/uploads/b', '/blobs/uploads/'],
    ['/v2/a/blobs/uploads/b/manifests/x', 'a/blobs/uploads/b', '/manifests/x'],
    ['/v2/manifests/manifests/manifests', 'manifests', '/manifests/manifests'],
    ['/v2/tags/list/tags/list', 'tags/list', '/tags/list'],
    ['/v2/uploads/blobs/uploads/id', 'uploads', '/blobs/uploads/id'],
    ['/v2/blobs/blobs/uploads/', 'blobs', '/blobs/uploads/'],
  ])('lets a name have segments that are nouns: %s', (path, name, rest) => {
    expect(parseRepositoryPath(path)).toEqual({ name, rest });
  });

  it.each([
    '/',
    '/v2',
    '/v2/',
    '/v2/_catalog',
    '/v2/manifests/x',
    '/v2/tags/list',
    '/v2/a/tags/x',
    '/v2/a/b/c',
    '/v1/a/manifests/x',
    '',
  ])('finds no repository in %j', (path) => {
    expect(parseRepositoryPath(path)).toBeUndefined();
  });
});

describe('foldRepositoryName', () => {
  it.each([
    ['/v2/a/b/manifests/x', '/v2/a%2Fb/manifests/x'],
    ['/v2/a/b/blobs/uploads/?digest=sha256:0&from=c/d', '/v2/a%2Fb/blobs/uploads/?digest=sha256:0&from=c/d'],
    ['/v2/a/tags/list?last=x/manifests/y', '/v2/a/tags/list?last=x/manifests/y'],
  ])('makes the name of %s one segment and leaves the query alone', (url, folded) => {
    expect(foldRepositoryName(url)).toBe(folded);
  });

  it('folds a name that holds a percent sign so that it stays what it was', () => {
    const folded = foldRepositoryName('/v2/a%2Fb/manifests/x');
    expect(folded).toBe('/v2/a%252Fb/manifests/x');
    expect(decodeURIComponent(folded.split('/')[2] ?? '')).toBe('a%2Fb');
  });

  it.each(['/', '/v2/', '/v2/_catalog?n=1', '/livez'])('leaves %s as it is', (url) => {
    expect(foldRepositoryName(url)).toBe(url);
  });
});
