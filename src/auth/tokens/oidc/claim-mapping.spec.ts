import { describe, expect, it } from 'vitest';
import { ClaimMapping } from './claim-mapping.js';
import { ClaimMappingConfig } from './claim-mapping.config.js';

const claims = {
  iss: 'https://ci.example.com',
  sub: 'repo:org/app:ref:refs/heads/main',
  repository: 'org/app',
  repository_owner: 'org',
  ref: 'refs/heads/main',
  email: 'ann@example.com',
  groups: ['dev', 'ops'],
  runs: 5,
  'kubernetes.io': { namespace: 'prod' },
};

async function map(section: Partial<ClaimMappingConfig>, of: Readonly<Record<string, unknown>> = claims) {
  return (await ClaimMapping.open(Object.assign(new ClaimMappingConfig(), section))).map(of);
}

const mapped = (user: string, groups: readonly string[] = []) => ({ outcome: 'mapped', user, groups });
const rejected = (reason: string) => ({ outcome: 'rejected', reason });

describe('a mapping of claims', () => {
  it.each([
    ['claims.sub', claims.sub],
    ["claims['kubernetes.io'].namespace + ':web'", 'prod:web'],
    ["claims.email.split('@')[0]", 'ann'],
    ["has(claims.preferred_username) ? claims.preferred_username : 'none'", 'none'],
    ["claims.?preferred_username.orValue('none')", 'none'],
  ])('names the user by %s', async (username, user) => {
    expect(await map({ username })).toEqual(mapped(user));
  });

  it.each([
    ["['ci', claims.repository_owner]", ['ci', 'org']],
    ['claims.groups', ['dev', 'ops']],
    ["claims.groups.filter(g, g != 'ops').map(g, 'kc:' + g)", ['kc:dev']],
    ['[]', []],
  ])('finds groups by %s', async (groups, found) => {
    expect(await map({ username: "'u'", groups })).toEqual(mapped('u', found));
  });

  it('lets variables use those before them, and all else use variables', async () => {
    const section = {
      variables: [
        { name: 'owner', expression: 'claims.repository_owner' },
        { name: 'full', expression: "vars.owner + '!'" },
      ],
      validations: [{ expression: "vars.owner == 'org'" }],
      username: 'vars.full',
      groups: '[vars.owner]',
    };
    expect(await map(section)).toEqual(mapped('org!', ['org']));
  });

  it('refuses for the first validation that is not true, in its words', async () => {
    const validations = [
      { expression: "claims.ref.startsWith('refs/heads/')", message: 'must be a branch' },
      { expression: "claims.repository_owner == 'other'", message: 'only other' },
      { expression: 'false', message: 'never asked' },
    ];
    expect(await map({ validations })).toEqual(rejected('only other'));
    expect(await map({ validations: [{ expression: 'claims.absent == 1', message: 'absent' }] })).toEqual(
      rejected('absent'),
    );
    expect(await map({ validations: [{ expression: 'claims.ref' }] })).toEqual(
      rejected('its claims are not those that are asked for'),
    );
  });

  it.each([
    'claims.absent',
    'claims.runs',
    'claims.groups',
    "''",
    "' '",
    "'a\\nb'",
    'claims.sub[0]',
    'claims.constructor',
  ])('refuses where %s is to be the user', async (username) => {
    expect(await map({ username })).toEqual(rejected('its claims give no user name'));
  });

  it.each(['claims.absent', 'claims.email', 'claims.runs', "['a', '']", '[1]', "{'a': 'b'}"])(
    'refuses where %s is to be the groups',
    async (groups) => {
      expect(await map({ groups })).toEqual(rejected('its claims give no list of groups'));
    },
  );

  it('refuses where a variable cannot be found, saying which', async () => {
    expect(await map({ variables: [{ name: 'ns', expression: 'claims.namespace' }] })).toEqual(
      rejected('its claims give no ns'),
    );
  });

  it.each(['claims.', 'nothing.sub', 'claims.sub +', 'unknownFunction(claims.sub)', "1 + 'a'"])(
    'cannot be opened with %s, which is named',
    async (username) => {
      await expect(map({ username })).rejects.toThrow(/^claimMapping\.username: no expression of CEL: /);
    },
  );

  it('gives no claim that lies in the prototype', async () => {
    const hostile = JSON.parse('{"iss":"i","sub":"s","__proto__":{"admin":"yes"}}') as Record<string, unknown>;
    expect(await map({ username: 'claims.admin' }, hostile)).toEqual(rejected('its claims give no user name'));
    expect(await map({ username: 'claims.toString' }, hostile)).toEqual(rejected('its claims give no user name'));
  });
});
