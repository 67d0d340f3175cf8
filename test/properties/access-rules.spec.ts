import {
  ACTIONS,
  type Action,
  ANONYMOUS,
  type Identity,
  parseRepositoryGlob,
  type Section,
  validateSection,
} from '@berth/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessControlConfig } from '../../src/auth/policy/access-control.config.js';
import { AccessPolicy } from '../../src/auth/policy/access-policy.js';

interface Rules {
  readonly policies: readonly { readonly users: string[]; readonly groups: string[]; readonly actions: Action[] }[];
  readonly defaultPolicy: Action[];
  readonly anonymousPolicy: Action[];
}

interface Written {
  readonly groups: Record<string, { readonly users: string[] }>;
  readonly repositories: Record<string, Rules>;
  readonly adminPolicy: { readonly users: string[]; readonly groups: string[]; readonly actions: Action[] };
}

const some = <Value>(...values: Value[]): fc.Arbitrary<Value[]> => fc.subarray(values);
const user = fc.constantFrom('ann', 'bob', 'eve');
const actions = fc.subarray([...ACTIONS], { minLength: 1 });
const rules = fc.record({
  policies: fc.array(
    fc
      .record({ users: some('ann', 'bob'), groups: some('red', 'blue'), actions })
      .filter(({ users, groups }) => users.length + groups.length > 0),
    { maxLength: 3 },
  ),
  defaultPolicy: some<Action>(...ACTIONS),
  anonymousPolicy: some<Action>(...ACTIONS),
});
/** No two of one length that may match the same name: there zot itself takes any. */
const patterns = fc.subarray([
  '**',
  'a/*',
  'a/**',
  'a/bbb',
  '*/bbbb',
  '**/bbbbb',
  '{a,b,c}/**',
  '[ab]/[a-c]*c',
  'a/**/bbbbbb',
]);
const written: fc.Arbitrary<Written> = patterns.chain((chosen) =>
  fc.record({
    groups: fc.record({ red: fc.record({ users: some('ann', 'bob') }) }),
    repositories: fc
      .tuple(...chosen.map((pattern) => fc.tuple(fc.constant(pattern), rules)))
      .map((entries) => Object.fromEntries(entries)),
    adminPolicy: fc.record({ users: fc.constant(['eve']), groups: some('blue'), actions }),
  }),
);
const limits = fc.option(
  fc.array(fc.record({ repositories: fc.constantFrom('a/**', 'a/b', '**', '[bad'), actions }), { maxLength: 2 }),
  { nil: undefined },
);
const identity: fc.Arbitrary<Identity> = fc.oneof(
  fc.constant(ANONYMOUS),
  fc.record({ user, groups: some('red', 'blue', 'green'), limits }).map(({ user: name, groups, limits: bounds }) => ({
    user: name,
    groups,
    method: 'basic' as const,
    ...(bounds && { limits: bounds }),
  })),
);
const repository = fc
  .array(fc.constantFrom('a', 'b', 'bbb', 'bbbb', 'bbbbb', 'bbbbbb', 'cc'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));

const matches = (pattern: string, name: string): boolean => parseRepositoryGlob(pattern)?.matches(name) ?? false;

/** What zot does, step by step for every question; and a credential's limits on top. */
function naive({ groups, repositories, adminPolicy }: Written, who: Identity, action: Action, name: string): boolean {
  const mine = [...who.groups, ...Object.keys(groups).filter((group) => groups[group]?.users.includes(who.user ?? ''))];
  const isMine = (entry: {
    readonly users: string[];
    readonly groups: string[];
    readonly actions: Action[];
  }): boolean =>
    who.user !== undefined &&
    entry.actions.includes(action) &&
    (entry.users.includes(who.user) || entry.groups.some((group) => mine.includes(group)));
  let longest = '';
  for (const pattern of Object.keys(repositories)) {
    if (matches(pattern, name) && pattern.length > longest.length) longest = pattern;
  }
  const found = repositories[longest];
  const everyone = [...(found?.anonymousPolicy ?? []), ...(who.user === undefined ? [] : (found?.defaultPolicy ?? []))];
  const given = [found?.policies.some(isMine), everyone.includes(action), isMine(adminPolicy)];
  const covered =
    who.limits?.some((grant) => grant.actions.includes(action) && matches(grant.repositories, name)) ?? true;
  return given.includes(true) && covered;
}

describe('access rules', () => {
  it('decide, compiled and remembered, as a naive reading of them does', () => {
    const questions = fc.array(fc.tuple(fc.nat(2), fc.constantFrom(...ACTIONS), repository), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(written, fc.tuple(identity, identity, identity), questions, (section, people, asked) => {
        const { config, violations } = validateSection(AccessControlConfig, section as unknown as Section);
        expect(violations).toEqual([]);
        const policy = AccessPolicy.of(config);
        for (const [at, action, name] of asked) {
          const who = people[at] ?? ANONYMOUS;
          expect(policy.decide({ identity: who, action, repository: name }).allowed).toBe(
            naive(section, who, action, name),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});
