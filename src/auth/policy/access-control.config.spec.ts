import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isSection, type Section, validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { AccessControlConfig } from './access-control.config.js';

function violationsOf(section: Section): readonly { key: string; found: string; allowed: string }[] {
  const prefix = 'http.accessControl.';
  return validateSection(AccessControlConfig, section, { prefix, refuseUnknown: true }).violations;
}

const policy = (...policies: unknown[]): Section => ({ repositories: { 'team/**': { policies } } });
const condition = (expression: unknown, more: Section = {}): Section =>
  policy({ users: ['ann'], actions: ['read'], conditions: [{ expression, ...more }] });
const nested = (depth: number): string => `${'('.repeat(depth)}true${')'.repeat(depth)}`;

describe('http.accessControl', () => {
  it('takes all that zot has in it', () => {
    const section = {
      groups: { team: { users: ['jack', 'jane'] } },
      repositories: {
        '**': {
          policies: [
            {
              users: ['charlie'],
              groups: ['team'],
              actions: ['read', 'create', 'update', 'delete', 'detectManifestCollision'],
              conditions: [{ expression: 'req.referenceType == "digest"', message: 'digest only' }],
            },
          ],
          defaultPolicy: ['read'],
          anonymousPolicy: ['read'],
        },
        'tmp/*': { anonymousPolicy: [], defaultPolicy: [] },
      },
      adminPolicy: { users: ['admin'], groups: ['admins'], actions: ['read', 'create', 'update', 'delete'] },
      metrics: { users: ['prom'], anonymousPolicy: ['read'] },
    };
    expect(violationsOf(section)).toEqual([]);
  });

  it('takes the keys of Berth', () => {
    const permissions = { 'scrub.read': { groups: ['ops'] }, 'lint.see-all': { authenticated: true } };
    expect(violationsOf({ patternOrder: 'specific', permissions, adminPolicy: { groups: ['ops'] } })).toEqual([]);
  });

  it('gives administrators every action where the policy names none', () => {
    const { config } = validateSection(AccessControlConfig, { adminPolicy: { users: ['admin'] } });
    expect(config.adminPolicy?.actions).toEqual(['read', 'create', 'update', 'delete']);
  });

  it('takes names that are those of properties of every object', () => {
    const written: unknown = JSON.parse(
      '{"groups": {"__proto__": {"users": ["a"]}, "constructor": {"users": ["b"], "constructor": 1}}, "repositories": {"constructor": {}}}',
    );
    if (!isSection(written)) throw new Error('no section');
    const { config, violations } = validateSection(AccessControlConfig, written, { refuseUnknown: true });
    expect(violations).toEqual([]);
    expect([...config.groups.keys()]).toEqual(['__proto__', 'constructor']);
    expect([...config.repositories.keys()]).toEqual(['constructor']);
    expect(config.groups.get('constructor')?.users).toEqual(['b']);
  });
});

describe('a violation', () => {
  it.each<[Section, string, string, string]>([
    [
      policy({ users: ['ann'], action: ['read'] }),
      'repositories["team/**"].policies[0].action',
      'an unknown key',
      'the nearest is "actions"',
    ],
    [{ repositories: { a: { policys: [] } } }, 'repositories["a"].policys', 'an unknown key', '"policies"'],
    [{ groups: { team: { user: ['ann'] } } }, 'groups["team"].user', 'an unknown key', '"users"'],
    [{ adminPolicy: { user: ['ann'], users: ['ann'] } }, 'adminPolicy.user', 'an unknown key', '"users"'],
    [{ metrics: { groups: ['a'] } }, 'metrics.groups', 'an unknown key', 'one of anonymousPolicy, users'],
    [
      { permissions: { 'a.b': { users: ['a'], everyone: true } } },
      'permissions["a.b"].everyone',
      'an unknown key',
      'anonymous',
    ],
    [
      { repositories: { 'team/[': {} } },
      'repositories',
      'an object with the keys team/[',
      'patterns over repository names',
    ],
    [{ repositories: { '': {} } }, 'repositories', 'an object with the keys ', ': "" is none'],
    [
      { repositories: { 'team/**': null } },
      'repositories',
      'an object with the keys team/**',
      '"team/**" has no section',
    ],
    [
      { repositories: { 'team/**': [] } },
      'repositories',
      'an object with the keys team/**',
      '"team/**" has no section',
    ],
    [{ repositories: ['team/**'] }, 'repositories', '["team/**"]', 'patterns over repository names'],
    [{ groups: { team: ['ann'] } }, 'groups', 'an object with the keys team', '"team" has no section'],
    [{ permissions: { metrics: {} } }, 'permissions', 'an object with the keys metrics', '"metrics" is none'],
    [{ permissions: { 'a.b': {} } }, 'permissions["a.b"].users', 'nothing', '"authenticated" or "anonymous" as true'],
    [{ permissions: { 'a.b': { anonymous: 'yes' } } }, 'permissions["a.b"].anonymous', '"yes"', 'true or false'],
    [
      policy({ users: ['ann'], actions: ['read', 'pull'] }),
      'repositories["team/**"].policies[0].actions',
      '["read","pull"]',
      '[1] is none',
    ],
    [
      policy({ users: ['ann'], actions: ['read', 'read'] }),
      'repositories["team/**"].policies[0].actions',
      '["read","read"]',
      '[1] stands there already',
    ],
    [policy({ users: ['ann'], actions: [] }), 'repositories["team/**"].policies[0].actions', '[]', 'at least one'],
    [policy({ users: ['ann'] }), 'repositories["team/**"].policies[0].actions', 'nothing', 'at least one'],
    [
      policy({ users: 'ann', actions: ['read'] }),
      'repositories["team/**"].policies[0].users',
      '"ann"',
      'a list of names of users',
    ],
    [policy({ users: [''], actions: ['read'] }), 'repositories["team/**"].policies[0].users', '[""]', '[0] is none'],
    [policy({ users: [7], actions: ['read'] }), 'repositories["team/**"].policies[0].users', '[7]', '[0] is none'],
    [
      policy({ users: ['ann'], groups: null, actions: ['read'] }),
      'repositories["team/**"].policies[0].groups',
      'null',
      'a list of names of groups',
    ],
    [
      policy({ actions: ['read'] }),
      'repositories["team/**"].policies[0].users',
      'nothing',
      'somebody in "users" or in "groups"',
    ],
    [
      policy({ users: [], groups: [], actions: ['read'] }),
      'repositories["team/**"].policies[0].users',
      '[]',
      'somebody',
    ],
    [policy(null), 'repositories["team/**"].policies', '[null]', 'a list of policies'],
    [
      { repositories: { a: { anonymousPolicy: 'read' } } },
      'repositories["a"].anonymousPolicy',
      '"read"',
      'a list of read, create',
    ],
    [
      { repositories: { a: { defaultPolicy: ['pull'] } } },
      'repositories["a"].defaultPolicy',
      '["pull"]',
      '[0] is none',
    ],
    [{ adminPolicy: { users: [] } }, 'adminPolicy.users', '[]', 'somebody'],
    [{ adminPolicy: { users: ['a'], actions: [] } }, 'adminPolicy.actions', '[]', 'at least one'],
    [{ adminPolicy: [] }, 'adminPolicy', '[]', 'a section'],
    [{ metrics: { anonymousPolicy: ['delete'] } }, 'metrics.anonymousPolicy', '["delete"]', '"read" and nothing else'],
    [{ patternOrder: 'first' }, 'patternOrder', '"first"', 'one of longest, specific'],
    [
      policy({ users: ['ann'], actions: ['read'], conditions: [] }),
      'repositories["team/**"].policies[0].conditions',
      '[]',
      'a list of conditions',
    ],
    [condition('true', { message: '' }), 'repositories["team/**"].policies[0].conditions[0].message', '""', 'a text'],
    [
      condition('true', { reason: 'x' }),
      'repositories["team/**"].policies[0].conditions[0].reason',
      'an unknown key',
      'expression, message',
    ],
  ])('in %j is at %s', (section, key, found, allowed) => {
    const violations = violationsOf(section);
    // Whatever is wrong inside of it comes behind it.
    expect(violations[0]?.key).toBe(`http.accessControl.${key}`);
    expect(violations[0]?.found).toBe(found);
    expect(violations[0]?.allowed).toContain(allowed);
  });

  it.each<[string, unknown]>([
    ['it is empty', ''],
    ['a CEL expression over "req"', undefined],
    ['Unexpected', 'req.method =='],
    ['No such key: nope, at character', 'req.nope == ""'],
    ['user', 'user == "ann"'],
    ['it gives a string', 'req.method'],
    ['no such overload', 'req.method == 7'],
    ['an invalid regular expression, at character 23', 'req.userAgent.matches("(")'],
    ['a pattern that is not written out', 'req.userAgent.matches(req.method)'],
    ['a pattern of more than 500 characters', `req.userAgent.matches("${'a'.repeat(501)}")`],
    ['it is longer than 10000 characters', `true || ${'"a" == "a" || '.repeat(1000)}true`],
    ['Exceeded maxAstNodes', Array.from({ length: 1200 }, () => 'true').join('||')],
    ['Exceeded maxDepth', nested(60)],
  ])('of an expression says %s', (problem, expression) => {
    const [violation, ...others] = violationsOf(condition(expression));
    expect(others).toEqual([]);
    expect(violation?.key).toBe('http.accessControl.repositories["team/**"].policies[0].conditions[0].expression');
    expect(violation?.allowed).toContain(problem);
  });

  it('is given for each thing that is wrong', () => {
    const section = {
      repositories: { a: { policies: [{ actions: ['x'] }, { users: ['a'] }] }, b: { c: 1 } },
      patternOrder: 1,
    };
    expect(violationsOf(section)).toHaveLength(5);
  });
});

describe('the library for CEL', () => {
  it('is imported by no file, so that a server without conditions does not load it', async () => {
    const folder = new URL('./', import.meta.url);
    const files = (await readdir(folder, { recursive: true })).filter((name) => /(?<!\.spec)\.ts$/.test(name));
    const importing = files.filter((name) =>
      /^import (?!type ).*cel-js'/m.test(readFileSync(new URL(name, folder), 'utf8')),
    );
    expect(files).toContain('conditions/cel.ts');
    expect(importing).toEqual([]);
  });
});
