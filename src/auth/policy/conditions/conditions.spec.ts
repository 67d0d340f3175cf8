import { ANONYMOUS, type Identity, type RequestCircumstances, type Section } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { accessControl, circumstances, known } from '../access-rules.fixture.js';
import { AccessPolicy } from '../access-policy.js';
import type { Decision } from '../decision.js';

const NOON = new Date('2026-11-24T12:00:00Z');
const DIGEST = `sha256:${'a'.repeat(64)}`;

function policyOf(section: Section): AccessPolicy {
  return AccessPolicy.of(accessControl(section), { now: () => NOON });
}

function withCondition(...expressions: readonly string[]): AccessPolicy {
  const conditions = expressions.map((expression, at) => ({ expression, message: `message ${at}` }));
  return policyOf({
    repositories: { '**': { policies: [{ users: ['ann'], actions: ['read', 'create'], conditions }] } },
  });
}

interface Asking extends Partial<RequestCircumstances> {
  readonly identity?: Partial<Identity>;
}

function decide(policy: AccessPolicy, { identity, ...more }: Asking = {}): Decision {
  const ann = known('ann', { groups: ['team'], ...identity, circumstances: circumstances(more) });
  return policy.decide({ identity: ann, action: 'read', repository: 'team/app' });
}

describe('a condition', () => {
  it.each<[string, Asking]>([
    ['req.time == timestamp("2026-11-24T12:00:00Z")', {}],
    ['req.time.getHours() >= 9 && req.time.getHours("Europe/Zurich") < 18', {}],
    ['req.method == "HEAD"', { method: 'HEAD' }],
    ['req.userAgent.startsWith("docker/")', {}],
    ['req.userAgent.matches("^docker/[0-9]+")', {}],
    ['req.action == "read"', {}],
    ['req.repository == "team/app"', {}],
    ['req.reference == "latest" && req.referenceType == "tag" && req.tag == "latest" && req.digest == ""', {}],
    [`req.referenceType == "digest" && req.digest == "${DIGEST}" && req.tag == ""`, { reference: DIGEST }],
    ['req.referenceType == "" && req.reference == ""', { reference: '' }],
    ['req.user.username == "ann"', {}],
    ['"team" in req.user.groups', {}],
    ['req.user.groups.exists(group, group.startsWith("te"))', {}],
    ['!req.auth.anonymous && !req.auth.admin', {}],
    ['req.client.ip == "192.0.2.7"', {}],
    ['req.client.forwardedFor == "192.0.2.9, 10.0.0.1"', { forwardedFor: '192.0.2.9, 10.0.0.1' }],
    ['req.tls.enabled && req.tls.version == "TLSv1.3"', {}],
    ['!req.tls.enabled && req.tls.version == ""', { tlsVersion: undefined }],
    [
      'req.claims.sub == "repo:org/app" && req.claims.level >= 3',
      { identity: { claims: { sub: 'repo:org/app', level: 3 } } },
    ],
    ['"dev" in req.claims.realm.roles', { identity: { claims: { realm: { roles: ['dev'] } } } }],
    ['!has(req.claims.sub)', {}],
  ])('%s may hold', (expression, asking) => {
    expect(decide(withCondition(expression), asking)).toEqual({
      allowed: true,
      rule: 'repositories["**"].policies[0]',
      pattern: '**',
    });
  });

  it('that does not hold stops the policy, and its message is the reason', () => {
    expect(decide(withCondition('true', 'req.referenceType == "digest"'))).toEqual({
      allowed: false,
      rule: 'repositories["**"].policies[0].conditions[1]',
      pattern: '**',
      reason: 'message 1',
    });
  });

  it.each([
    ['reads a claim that is not there', 'req.claims.sub == "x"'],
    ['gives neither true nor false', 'req.claims.level'],
    ['compares what does not go together', 'req.claims.level == "3"'],
    ['divides by zero', '1 / (size(req.userAgent) - size(req.userAgent)) == 1'],
  ])('that %s does not hold', (_what, expression) => {
    const decision = decide(withCondition(expression), { identity: { claims: { level: 3 } } });
    expect(decision).toMatchObject({ allowed: false, reason: 'message 0' });
  });

  it('that cannot be evaluated is said so, without what it read', () => {
    const decision = decide(withCondition('int(req.userAgent) == 1'), { userAgent: 'hunter2' });
    expect(decision.rule).toBe('repositories["**"].policies[0].conditions[0], which could not be evaluated');
    expect(JSON.stringify(decision)).not.toContain('hunter2');
  });

  it('whose regular expression backtracks for too long does not hold, and holds up nobody', () => {
    const policy = withCondition('req.userAgent.matches("^(a+)+$")');
    expect(decide(policy, { userAgent: 'aaaa' }).allowed).toBe(true);
    const started = performance.now();
    expect(decide(policy, { userAgent: `${'a'.repeat(5000)}!` })).toMatchObject({ allowed: false });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(decide(policy, { userAgent: 'aaaa' }).allowed).toBe(true);
  });

  it('whose lists stand inside one another for too long does not hold', () => {
    const roles = Array.from({ length: 3000 }, (_, at) => at);
    const expression = 'req.claims.roles.all(a, req.claims.roles.all(b, req.claims.roles.all(c, a + b + c >= 0)))';
    expect(decide(withCondition(expression), { identity: { claims: { roles } } })).toMatchObject({ allowed: false });
  });

  it('is asked for each request: of one identity nothing is remembered that depends on it', () => {
    const policy = withCondition('req.tag == "a"');
    expect(['a', 'b', 'a'].map((reference) => decide(policy, { reference }).allowed)).toEqual([true, false, true]);
  });

  it('stops nothing that another policy gives', () => {
    const conditions = [{ expression: 'false' }];
    const refusing = { users: ['ann'], actions: ['read'], conditions };
    const giving = { groups: ['team'], actions: ['read'] };
    for (const policies of [
      [refusing, giving],
      [giving, refusing],
    ]) {
      expect(decide(policyOf({ repositories: { '**': { policies } } })).allowed).toBe(true);
    }
    expect(decide(policyOf({ repositories: { '**': { policies: [refusing], defaultPolicy: ['read'] } } })).rule).toBe(
      'repositories["**"].defaultPolicy',
    );
    const withAdmin = { repositories: { '**': { policies: [refusing] } }, adminPolicy: { users: ['ann'] } };
    expect(decide(policyOf(withAdmin)).rule).toBe('adminPolicy');
  });

  it('is enough in one policy: the next is asked where the first refuses', () => {
    const policies = ['false', 'true'].map((expression) => ({
      users: ['ann'],
      actions: ['read'],
      conditions: [{ expression }],
    }));
    expect(decide(policyOf({ repositories: { '**': { policies } } })).rule).toBe('repositories["**"].policies[1]');
  });

  it('without a message has one', () => {
    const policies = [{ users: ['ann'], actions: ['read'], conditions: [{ expression: 'false' }] }];
    expect(decide(policyOf({ repositories: { '**': { policies } } })).reason).toBe('a condition does not hold');
  });

  it('sees whether an administrator asks whom adminPolicy does not give the action', () => {
    const policies = [{ users: ['ann'], actions: ['create'], conditions: [{ expression: 'req.auth.admin' }] }];
    const policy = policyOf({
      repositories: { '**': { policies } },
      adminPolicy: { users: ['ann'], actions: ['read'] },
    });
    const identity = known('ann', { circumstances: circumstances() });
    expect(policy.decide({ identity, action: 'create', repository: 'a' }).allowed).toBe(true);
  });
});

describe('without the circumstances of a request', () => {
  const policy = withCondition('req.tag == "a"');
  const question = { identity: known('ann'), action: 'read', repository: 'team/app' } as const;

  it('a policy with conditions gives nothing', () => {
    expect(policy.decide(question)).toEqual({
      allowed: false,
      rule: 'repositories["**"]',
      pattern: '**',
      reason: 'a condition asks for a request',
    });
  });

  it('it counts as giving where that is asked for, as for the catalog', () => {
    expect(policy.decide({ ...question, assumesConditions: true }).allowed).toBe(true);
    expect(policy.decide({ ...question, action: 'delete', assumesConditions: true }).allowed).toBe(false);
    expect(policy.decide({ ...question, identity: ANONYMOUS, assumesConditions: true }).allowed).toBe(false);
  });
});

describe('hasConditions', () => {
  it('is true where some policy has one', () => {
    expect(withCondition('true').hasConditions).toBe(true);
    expect(policyOf({ repositories: { '**': { defaultPolicy: ['read'] } } }).hasConditions).toBe(false);
  });
});
