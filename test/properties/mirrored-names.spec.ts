import { parseRepositoryGlob, parseRepositoryName } from '@berth/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContentConfig } from '../../plugins/sync/src/config/content.config.js';
import { ContentMapping } from '../../plugins/sync/src/mapping/content-mapping.js';
import { RegistryMapping } from '../../plugins/sync/src/mapping/registry-mapping.js';

const RUNS = { numRuns: 5000 };
const NAMESPACE = 'docker.io';

/** Few words, so that what is not meant to meet does. */
const part = fc.constantFrom('a', 'b', 'ab', 'library', NAMESPACE);
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const pattern = fc
  .array(fc.oneof(part, fc.constantFrom('*', '**', 'a*', '?', '{a,b}')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => parseRepositoryGlob(text) !== undefined);
const slashed = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom('', '/'), text, fc.constantFrom('', '/')).map((parts) => parts.join(''));
const content: fc.Arbitrary<ContentConfig> = fc.record(
  { prefix: slashed(pattern), stripPrefix: fc.boolean(), destination: fc.oneof(fc.constant('/'), slashed(name)) },
  { requiredKeys: ['prefix', 'stripPrefix'] },
);
const registry = fc.record({
  urls: fc.constantFrom(['https://registry.example.com'], ['https://docker.io']),
  namespaces: fc.constantFrom<(readonly string[])[]>([], [NAMESPACE], ['a', NAMESPACE]),
  content: fc.array(content, { maxLength: 3 }),
});

describe('an entry of content', () => {
  it('knows by its name here whatever repository of the upstream it is about', () => {
    fc.assert(
      fc.property(content, name, (entry, remote) => {
        const mapping = new ContentMapping(entry);
        fc.pre(mapping.matches(remote));
        const local = mapping.localOf(remote);
        // All of the name left out, and nothing put before it: that is no name, and nobody can ask for it.
        if (parseRepositoryName(local)) expect(mapping.remoteOf(local)).toBe(remote);
        else expect(local).toBe('');
      }),
      RUNS,
    );
  });

  it('has no second name here for a repository of the upstream', () => {
    fc.assert(
      fc.property(content, name, (entry, local) => {
        const mapping = new ContentMapping(entry);
        const remote = mapping.remoteOf(local);
        fc.pre(remote !== undefined);
        expect([mapping.localOf(remote), mapping.matches(remote)]).toEqual([local, true]);
      }),
      RUNS,
    );
  });
});

describe('an upstream', () => {
  it('is asked for nothing that is no name of a repository', () => {
    fc.assert(
      fc.property(registry, name, (config, local) => {
        const remote = new RegistryMapping(config).remoteOf(local);
        fc.pre(remote !== undefined);
        expect(parseRepositoryName(remote)).toBe(remote);
      }),
      RUNS,
    );
  });

  it('is asked for no other repository than the one that was meant by its namespace', () => {
    fc.assert(
      fc.property(registry, name, (config, asked) => {
        const mapping = new RegistryMapping(config);
        const local = mapping.localOf(asked, NAMESPACE);
        fc.pre(config.namespaces.includes(NAMESPACE) && local !== undefined);
        expect([undefined, meant(asked)]).toContain(mapping.remoteOf(local));
      }),
      RUNS,
    );
  });

  it('has no two repositories of one name here', () => {
    fc.assert(
      fc.property(registry, name, name, (config, one, other) => {
        const mapping = new RegistryMapping(config);
        fc.pre(config.namespaces.includes(NAMESPACE) && meant(one) !== meant(other));
        const locals = [one, other].map((asked) => mapping.localOf(asked, NAMESPACE));
        fc.pre(locals.every((local) => local !== undefined && mapping.remoteOf(local) !== undefined));
        expect(locals[0]).not.toBe(locals[1]);
      }),
      RUNS,
    );
  });
});

/** What `docker.io` is asked for where a client says `asked` with its namespace. */
function meant(asked: string): string {
  const inner = asked.startsWith(`${NAMESPACE}/`) ? asked.slice(NAMESPACE.length + 1) : asked;
  return inner.includes('/') ? inner : `library/${inner}`;
}
