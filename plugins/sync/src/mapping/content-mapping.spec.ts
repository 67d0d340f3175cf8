import { describe, expect, it } from 'vitest';
import { ContentMapping } from './content-mapping.js';

function mapping(prefix: string, destination?: string, stripPrefix = false): ContentMapping {
  return new ContentMapping({ prefix, stripPrefix, ...(destination !== undefined && { destination }) });
}

describe('an entry of content', () => {
  it.each([
    // The three of zot's examples.
    ['/repo1/repo', '/localrepo', true, 'repo1/repo', 'localrepo'],
    ['/repo1/repo', '/localrepo', false, 'repo1/repo', 'localrepo/repo1/repo'],
    ['/repo1/**', '/localrepo', true, 'repo1/repo', 'localrepo/repo'],
    ['/repo1/**', '/localrepo', true, 'repo1/deep/repo', 'localrepo/deep/repo'],
    ['/repo1/**', '/localrepo', false, 'repo1/repo', 'localrepo/repo1/repo'],
    ['repo1/*', undefined, false, 'repo1/repo', 'repo1/repo'],
    ['repo1/re*', '/', true, 'repo1/repo', 'repo'],
    ['**', '/local', false, 'repo1/repo', 'local/repo1/repo'],
    ['**', '/local', true, 'repo1/repo', 'local/repo1/repo'],
    ['/a/b', undefined, false, 'a/b', 'a/b'],
  ])('%j at %j, stripped: %j, calls %s %s, and knows it by that', (prefix, destination, stripPrefix, remote, local) => {
    const content = mapping(prefix, destination, stripPrefix);
    expect([content.localOf(remote), content.remoteOf(local)]).toEqual([local, remote]);
  });

  it.each([
    ['/google-containers/*', 'kube-proxy'],
    ['/google-containers/*', 'google-containers'],
    ['/google-containers/*', 'google-containers/deep/pause'],
    ['/google-containers/*', 'google-containers-other/pause'],
    ['/repo1/repo', 'repo1/repo2'],
    ['/repo1/**', 'repo10/repo'],
  ])('%j is not about %s', (prefix, name) => {
    const content = mapping(prefix);
    expect([content.matches(name), content.remoteOf(name)]).toEqual([false, undefined]);
  });

  it.each(['other/repo', 'localrepository/repo', 'localrepo', 'repo1/repo'])(
    'with a destination is not about %s here',
    (local) => {
      expect(mapping('/repo1/*', '/localrepo', true).remoteOf(local)).toBeUndefined();
    },
  );

  it('with a destination is not about the destination itself, though its pattern matches nothing too', () => {
    expect([mapping('*', '/local').remoteOf('local'), mapping('*', '/local').remoteOf('local/a')]).toEqual([
      undefined,
      'a',
    ]);
  });

  it('has a place of its own by its destination, or by what it leaves out', () => {
    const entries = [mapping('a/*'), mapping('a/*', '/'), mapping('a/*', '/b'), mapping('a/*', undefined, true)];
    expect(entries.map(({ hasDestination }) => hasDestination)).toEqual([false, false, true, true]);
  });
});
