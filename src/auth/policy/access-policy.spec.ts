import { ACTIONS, type Action, ANONYMOUS, type Identity, type Section } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { accessControl, known } from './access-rules.fixture.js';
import { AccessPolicy } from './access-policy.js';

function policyOf(section: Section): AccessPolicy {
  return AccessPolicy.of(accessControl(section));
}

function actionsOf(policy: AccessPolicy, identity: Identity, repository: string): readonly Action[] {
  return ACTIONS.filter((action) => policy.decide({ identity, action, repository }).allowed);
}

const ann = known('ann');
const bob = known('bob');
const admin = known('admin');

describe('access rules', () => {
  const policy = policyOf({
    groups: { team: { users: ['ann'] } },
    repositories: {
      '**': { anonymousPolicy: ['read'], defaultPolicy: ['read', 'create'] },
      'team/**': {
        policies: [
          { users: ['bob'], actions: ['read'] },
          { groups: ['team'], actions: ['read', 'create', 'update'] },
          { groups: ['ldap-team'], actions: ['delete'] },
        ],
        defaultPolicy: ['update'],
      },
      'team/secret': { policies: [{ users: ['ann'], actions: ['read'] }] },
    },
    adminPolicy: { users: ['admin'], groups: ['admins'], actions: ['read', 'delete'] },
  });

  it.each<[string, Identity, string, readonly Action[], string]>([
    ['nobody known', ANONYMOUS, 'other/app', ['read'], 'anonymousPolicy of the pattern'],
    ['who is known', bob, 'other/app', ['read', 'create'], 'defaultPolicy of the pattern'],
    ['nobody known', ANONYMOUS, 'team/app', [], 'only the longest pattern, which gives nobody anything'],
    ['a user', bob, 'team/app', ['read', 'update'], 'the policies for the user, and defaultPolicy'],
    ['a member of a configured group', ann, 'team/app', ['read', 'create', 'update'], 'the policies of the group'],
    [
      'a member by the directory',
      known('eve', { groups: ['team'] }),
      'team/app',
      ['read', 'create', 'update'],
      'the policies of the group',
    ],
    [
      'a member of two groups',
      known('ann', { groups: ['ldap-team'] }),
      'team/app',
      [...ACTIONS],
      'what both are given',
    ],
    ['a user', ann, 'team/secret', ['read'], 'only the longest pattern'],
    ['another user', bob, 'team/secret', [], 'only the longest pattern'],
    ['a user', bob, 'team', ['read', 'update'], 'the pattern, since team/** matches team too'],
    ['an administrator', admin, 'team/secret', ['read', 'delete'], 'adminPolicy, where the pattern gives nothing'],
    ['an administrator', admin, 'other/app', ['read', 'create', 'delete'], 'adminPolicy beside the pattern'],
    ['an administrator by group', known('x', { groups: ['admins'] }), 'team/secret', ['read', 'delete'], 'adminPolicy'],
    ['who has the empty name', known(''), 'other/app', ['read'], 'what nobody known has'],
    [
      'nobody known in a group of administrators',
      { ...ANONYMOUS, groups: ['admins', 'team'] },
      'team/app',
      [],
      'nothing of it',
    ],
  ])('give %s (%o in %s: %j) %s', (_who, identity, repository, expected) => {
    expect(actionsOf(policy, identity, repository)).toEqual(expected);
  });

  it.each<[Identity, Action, string, object]>([
    [bob, 'read', 'team/app', { allowed: true, rule: 'repositories["team/**"].policies[0]', pattern: 'team/**' }],
    [ann, 'update', 'team/app', { allowed: true, rule: 'repositories["team/**"].policies[1]', pattern: 'team/**' }],
    [bob, 'update', 'team/app', { allowed: true, rule: 'repositories["team/**"].defaultPolicy', pattern: 'team/**' }],
    [ANONYMOUS, 'read', 'x', { allowed: true, rule: 'repositories["**"].anonymousPolicy', pattern: '**' }],
    [admin, 'delete', 'x', { allowed: true, rule: 'adminPolicy' }],
    [bob, 'delete', 'team/app', { allowed: false, rule: 'repositories["team/**"]', pattern: 'team/**' }],
  ])('say what decided: %o may %s in %s', (identity, action, repository, expected) => {
    expect(policy.decide({ identity, action, repository })).toEqual(expected);
    expect(policy.decide({ identity, action, repository })).toEqual(expected);
  });

  it('give nobody anything where no pattern matches, but administrators', () => {
    const narrow = policyOf({
      repositories: { 'a/*': { defaultPolicy: ['read'] } },
      adminPolicy: { users: ['admin'] },
    });
    expect(narrow.decide({ identity: ann, action: 'read', repository: 'a/b/c' })).toEqual({
      allowed: false,
      rule: 'the default: nobody',
    });
    expect(actionsOf(narrow, admin, 'a/b/c')).toEqual(ACTIONS);
  });

  it('give nothing where there are none in them', () => {
    expect(actionsOf(policyOf({}), ann, 'a')).toEqual([]);
  });

  it('decide anew after a change: a policy is of one configuration', () => {
    const stricter = policyOf({ repositories: { '**': {} } });
    expect(actionsOf(policy, bob, 'x')).toEqual(['read', 'create']);
    expect(actionsOf(stricter, bob, 'x')).toEqual([]);
  });
});

describe('the order of patterns', () => {
  const rules = (user: string): Section => ({ policies: [{ users: [user], actions: ['read'] }] });
  const deciding = (patternOrder: string, repository: string, ...patterns: string[]): string | undefined => {
    const repositories = Object.fromEntries(patterns.map((pattern, at) => [pattern, rules(`u${at}`)]));
    return policyOf({ patternOrder, repositories }).matchingPatterns(repository)[0];
  };

  it.each([
    ['team/app', 'team/app', '**', 'team/*', 'team/app'],
    ['team/application', '**/application', 'team/*', '**/application'],
    ['team/app', '{team,x}/**', 'team/app', '{team,x}/**'],
    ['prod/app', '[a-z]*[a-z]/**', 'prod/app', '[a-z]*[a-z]/**'],
  ])('"longest": in %s the longest text decides, which is %s', (repository, expected, ...patterns) => {
    expect(deciding('longest', repository, ...patterns)).toBe(expected);
    expect(deciding('longest', repository, ...patterns.toReversed())).toBe(expected);
  });

  it.each([
    ['team/app', 'team/*', '*/app', 'team/*'],
    ['team/a', 'team/?', 'team/*', 'team/?'],
    ['a/b', 'a/*', '*/b', '?/*', 'a/*'],
  ])(
    '"longest": in %s, of patterns of one length, the specific one decides, which is %s',
    (repository, expected, ...patterns) => {
      expect(deciding('longest', repository, ...patterns)).toBe(expected);
      expect(deciding('longest', repository, ...patterns.toReversed())).toBe(expected);
    },
  );

  it.each([
    ['team/app', 'team/app', '{team,x}/**', 'team/app', 'team/*', '**'],
    ['team/app', 'team/*', '**/app', 'team/*', '*/*'],
    ['team/app', 'team/a*', 'team/*', 'team/a*', 'team/**'],
    ['team/app', 'team/ap*', 'team/a*', 'team/ap*', 'team/[a-z]*'],
    ['team/app', 't*/app', '*/app', 't*/app', '**'],
    ['team/x/app', 'team/**/app', 'team/**', 'team/**/app', '**/app'],
    ['team/x/app', 'team/*/app', 'team/**/app', 'team/*/app', 'team/**'],
    ['team', 'team', 'team/**', 'team', 't*'],
    ['team/app', 'team/**', '*/app', 'team/**', '**'],
  ])('"specific": in %s literal parts decide before wildcards, which is %s', (repository, expected, ...patterns) => {
    expect(deciding('specific', repository, ...patterns)).toBe(expected);
    expect(deciding('specific', repository, ...patterns.toReversed())).toBe(expected);
  });

  it('lists what else matches', () => {
    const policy = policyOf({ repositories: { '**': {}, 'a/*': {}, 'a/b': {}, c: {} } });
    expect(policy.matchingPatterns('a/b')).toEqual(['a/b', 'a/*', '**']);
  });
});

describe('without access rules', () => {
  it('who is known may do everything and others nothing, where there is authentication', () => {
    const policy = AccessPolicy.of(undefined);
    expect(actionsOf(policy, ann, 'a')).toEqual(ACTIONS);
    expect(actionsOf(policy, ANONYMOUS, 'a')).toEqual([]);
    expect(policy.holds(ann, 'metrics.read')).toBe(true);
    expect(policy.holds(ANONYMOUS, 'metrics.read')).toBe(false);
    expect(policy.isAdministrator(ann)).toBe(false);
  });

  it('everyone may do everything, where there is no authentication either', () => {
    const policy = AccessPolicy.of(undefined, { hasAuthentication: false });
    expect(actionsOf(policy, ANONYMOUS, 'a')).toEqual(ACTIONS);
    expect(policy.holds(ANONYMOUS, 'metrics.read')).toBe(true);
    expect(policy.detectsCollision(ANONYMOUS, 'a')).toBe(false);
  });
});

describe('the limits of a credential', () => {
  const policy = policyOf({
    repositories: { '**': { defaultPolicy: ['read', 'create'] } },
    adminPolicy: { users: ['admin'] },
  });
  const limits = [
    { repositories: 'team/**', actions: ['read', 'delete'] as const },
    { repositories: 'base', actions: ['create'] as const },
    { repositories: 'team/[', actions: ['create'] as const },
  ];

  it('take away what they do not cover, and give nothing', () => {
    const key = known('ann', { limits, method: 'apiKey' });
    expect(actionsOf(policy, key, 'team/app')).toEqual(['read']);
    expect(actionsOf(policy, key, 'base')).toEqual(['create']);
    expect(actionsOf(policy, key, 'base/x')).toEqual([]);
    expect(policy.decide({ identity: key, action: 'create', repository: 'team/app' }).rule).toBe(
      'the limits of the credential',
    );
  });

  it('bind administrators too, who are none with them', () => {
    const key = known('admin', { limits, method: 'apiKey' });
    expect(actionsOf(policy, key, 'team/app')).toEqual(['read', 'delete']);
    expect(policy.isAdministrator(key)).toBe(false);
    expect(policy.isAdministrator(admin)).toBe(true);
    expect(policy.holds(key, 'scrub.read')).toBe(false);
  });

  it('cover nothing where there are none among them', () => {
    expect(actionsOf(policy, known('ann', { limits: [] }), 'base')).toEqual([]);
  });

  it('decide alone where another server has granted them', () => {
    const strict = policyOf({ repositories: {} });
    const token: Identity = { ...known('zoe'), limits, isGrantedElsewhere: true, method: 'bearer' };
    expect(actionsOf(strict, token, 'team/app')).toEqual(['read', 'delete']);
    expect(actionsOf(strict, { ...known('zoe'), isGrantedElsewhere: true }, 'team/app')).toEqual([]);
    expect(policy.holds(token, 'metrics.read')).toBe(false);
  });
});

describe('the permission of a plugin', () => {
  const policy = policyOf({
    groups: { ops: { users: ['ann'] } },
    repositories: { '**': { anonymousPolicy: ['read'] } },
    adminPolicy: { users: ['admin'], actions: ['read'] },
    metrics: { users: ['prom'] },
    permissions: {
      'metrics.read': { users: ['grafana'] },
      'scrub.read': { groups: ['ops'] },
      'lint.read': { authenticated: true },
      'page.read': { anonymous: true },
    },
  });

  it.each<[string, Identity, readonly string[]]>([
    ['administrators', admin, ['metrics.read', 'scrub.read', 'lint.read', 'page.read', 'other.read']],
    ['the users of "metrics"', known('prom'), ['metrics.read', 'lint.read', 'page.read']],
    ['the users of a permission', known('grafana'), ['metrics.read', 'lint.read', 'page.read']],
    ['the groups of a permission', ann, ['scrub.read', 'lint.read', 'page.read']],
    ['nobody known, where it is for everyone', ANONYMOUS, ['page.read']],
  ])('is held by %s', (_who, identity, expected) => {
    const all = ['metrics.read', 'scrub.read', 'lint.read', 'page.read', 'other.read'];
    expect(all.filter((permission) => policy.holds(identity, permission))).toEqual(expected);
  });

  it('to read metrics is for everyone with metrics.anonymousPolicy', () => {
    const open = policyOf({ metrics: { anonymousPolicy: ['read'] } });
    expect(open.holds(ANONYMOUS, 'metrics.read')).toBe(true);
    expect(open.holds(ann, 'metrics.read')).toBe(true);
    expect(policyOf({}).holds(ann, 'metrics.read')).toBe(false);
  });
});

describe('detectManifestCollision', () => {
  it('is a wish of those whom a pattern names for it, and of administrators only where it is written', () => {
    const repositories = { '**': { policies: [{ users: ['ann'], actions: ['delete', 'detectManifestCollision'] }] } };
    const policy = policyOf({ repositories, adminPolicy: { users: ['admin'] } });
    expect([ann, bob, admin].map((identity) => policy.detectsCollision(identity, 'a'))).toEqual([true, false, false]);
    const asked = policyOf({ adminPolicy: { users: ['admin'], actions: ['delete', 'detectManifestCollision'] } });
    expect(asked.detectsCollision(admin, 'a')).toBe(true);
  });
});

describe('hasAnonymous', () => {
  it('is true where some pattern gives nobody known anything', () => {
    expect(policyOf({ repositories: { a: { anonymousPolicy: ['read'] } } }).hasAnonymous).toBe(true);
    expect(policyOf({ repositories: { a: { defaultPolicy: ['read'] } } }).hasAnonymous).toBe(false);
    expect(AccessPolicy.of(undefined).hasAnonymous).toBe(false);
  });
});
