import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '@berth/sdk';
import { foldRepositoryName, parseRepositoryPath } from '../../src/http/repository-path.js';

const component = fc.oneof(
  fc.constantFrom('blobs', 'manifests', 'tags', 'uploads', 'referrers', 'list', 'ext', 'v2', 'discover'),
  fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,3})?$/),
);
const name = fc.array(component, { minLength: 1, maxLength: 6 }).map((components) => components.join('/'));
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((encoded) => `sha256:${encoded}`);
const tag = fc.oneof(
  fc.constantFrom('list', 'tags', 'blobs', 'uploads', 'manifests', 'latest'),
  fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,9}$/),
);

/** What follows a repository's name, for every endpoint that has one. */
const rest = fc
  .tuple(
    fc.constantFrom(...Object.values(ENDPOINTS).filter(({ path }) => path.includes('<name>'))),
    fc.oneof(tag, digest),
    digest,
    fc.uuid(),
  )
  .map(([{ path }, reference, ofBlob, session]) =>
    path
      .slice('/v2/<name>'.length)
      .replace('<reference>', reference)
      .replace('<digest>', ofBlob)
      .replace('<session>', session),
  );
const query = fc.constantFrom('', '?', '?n=3&last=v1', '?digest=sha256:aa/blobs/uploads/', '?from=a/manifests/b');

describe('the path of a repository', () => {
  it('is taken apart into the very name and rest it was made of, whatever the name has for segments', () => {
    fc.assert(
      fc.property(name, rest, (name, rest) => {
        expect(parseRepositoryPath(`/v2/${name}${rest}`)).toEqual({ name, rest });
      }),
      { numRuns: 3000 },
    );
  });

  it('is folded so that the name is one segment, and nothing else changes', () => {
    fc.assert(
      fc.property(name, rest, query, (name, rest, query) => {
        const folded = foldRepositoryName(`/v2/${name}${rest}${query}`);
        const [, , segment = '', ...others] = folded.split('/');
        expect(decodeURIComponent(segment)).toBe(name);
        expect(`/${others.join('/')}`).toBe(`${rest}${query}`);
      }),
      { numRuns: 3000 },
    );
  });

  it('is left as it is where it addresses no repository', () => {
    const strange = fc.oneof(
      fc.constantFrom('/v2/', '/v2', '/', '/v2/_catalog', '/livez', '/v2//', '//'),
      fc.webPath(),
    );
    fc.assert(
      fc.property(strange, query, (path, query) => {
        fc.pre(parseRepositoryPath(path) === undefined);
        expect(foldRepositoryName(`${path}${query}`)).toBe(`${path}${query}`);
      }),
    );
  });
});
