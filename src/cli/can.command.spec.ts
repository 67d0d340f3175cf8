import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './command-line.js';

let folder = '';
let rules = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-can-'));
  rules = await file('rules.json', {
    tls: { cert: 'c.pem', key: 'k.pem', cacert: 'ca.pem' },
    accessControl: {
      groups: { team: { users: ['ann'] } },
      repositories: {
        '**': { anonymousPolicy: ['read'], defaultPolicy: ['read', 'delete'] },
        'team/**': {
          policies: [
            { groups: ['team', 'ops'], actions: ['read', 'create'] },
            { users: ['bob'], actions: ['update'], conditions: [{ expression: 'req.tls.enabled' }] },
          ],
        },
      },
      adminPolicy: { users: ['admin'] },
    },
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, http: object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ storage: { rootDirectory: join(folder, 'data') }, http }));
  return path;
}

async function can(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(['can', ...argv], { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describe('berth can', () => {
  it('says which rule allows, which pattern, and what else matched', async () => {
    expect(await can(rules, 'ann', 'create', 'team/app')).toEqual({
      code: 0,
      out: [
        'allowed: ann may create in team/app',
        '  rule:    repositories["team/**"].policies[0]',
        '  pattern: "team/**", the longest that matches',
        '  lost:    "**", which would refuse it',
        '  groups:  team',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('says of a refusal why, and gives 1', async () => {
    expect(await can(rules, 'ann', 'delete', 'team/app')).toEqual({
      code: 1,
      out: [
        'refused: ann may not delete in team/app',
        '  rule:    repositories["team/**"]',
        '  pattern: "team/**", the longest that matches',
        '  why:     no policy of it gives delete to the user or to one of the groups, nor does its defaultPolicy, nor does adminPolicy',
        '  lost:    "**", which would allow it',
        '  groups:  team',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it.each(['-', 'anonymous'])('takes %s for nobody known', async (user) => {
    expect((await can(rules, user, 'read', 'other')).out).toBe(
      'allowed: nobody known may read in other\n  rule:    repositories["**"].anonymousPolicy\n  pattern: "**", the longest that matches\n',
    );
    expect((await can(rules, user, 'read', 'team/app')).out).toContain(
      'why:     its anonymousPolicy does not give read',
    );
  });

  it('counts the groups that a directory would add', async () => {
    expect((await can(rules, 'eve', 'create', 'team/app')).code).toBe(1);
    const { code, out } = await can(rules, 'eve', 'create', 'team/app', '--groups', 'x,ops');
    expect([code, out]).toEqual([0, expect.stringContaining('groups:  x, ops')]);
  });

  it('allows what conditions still decide, and says so', async () => {
    const { code, out } = await can(rules, 'bob', 'update', 'team/app');
    expect(code).toBe(0);
    expect(out).toContain('allowed: bob may update in team/app, where the conditions of the policy hold\n');
    expect(out).toContain('rule:    repositories["team/**"].policies[1]\n');
  });

  it('names adminPolicy where that decides', async () => {
    expect((await can(rules, 'admin', 'delete', 'team/app')).out).toContain('rule:    adminPolicy\n');
  });

  it('says what holds where there are no rules', async () => {
    const known = await file('known.json', { tls: { cert: 'c', key: 'k', cacert: 'ca' } });
    const open = await file('open.json', {});
    const narrow = await file('narrow.json', { accessControl: { repositories: { a: { anonymousPolicy: ['read'] } } } });
    expect((await can(known, 'ann', 'delete', 'a')).out).toBe(
      'allowed: ann may delete in a\n  rule:    no access rules: who is known may do everything\n',
    );
    expect(await can(known, '-', 'read', 'a')).toMatchObject({ code: 1 });
    expect((await can(open, '-', 'delete', 'a')).out).toContain('rule:    neither authentication nor access rules\n');
    expect((await can(narrow, '-', 'read', 'b')).out).toContain(
      'why:     no pattern matches, and what no pattern matches is for nobody\n',
    );
  });

  it.each([
    ['team%2Fapp', 'it holds a "%", and is taken as it is written'],
    ['base/../team/app', 'it holds a part "." or ".."'],
    ['..', 'it holds a part "." or ".."'],
    ['Team/app', 'it holds upper-case letters'],
    ['team//app', 'it holds two slashes together'],
    ['/team/app', 'it begins or ends with a slash'],
    ['team/app/', 'it begins or ends with a slash'],
    ['', 'it is empty'],
    ['team/app ', 'neither a lower-case letter'],
    ['team/\u0430pp', 'neither a lower-case letter'],
    ['team/-app', 'each part begins and ends with a letter or a digit'],
    ['a'.repeat(256), 'it is longer than 255 characters'],
  ])('refuses the trick %j as no repository name, with 64', async (repository, fault) => {
    const { code, out, err } = await can(rules, 'admin', 'read', repository);
    expect([code, out]).toEqual([64, '']);
    expect(err).toContain(`is no repository name: `);
    expect(err).toContain(fault);
  });

  it.each<[string[], string]>([
    [['ann', 'pull', 'team/app'], '"pull" is no action; there are read, create, update, delete'],
    [['ann', 'detectManifestCollision', 'a'], 'is no action'],
    [['', 'read', 'a'], 'the user has no name; nobody known is "-"'],
    [['-', 'read', 'a', '--groups', 'ops'], 'nobody known is in no group'],
    [['ann', 'read'], 'can needs a configuration, a user, an action and a repository'],
    [['ann', 'read', 'a', 'b'], 'can does not take "b"'],
  ])('answers %j with what is wrong and 64', async (argv, problem) => {
    const { code, out, err } = await can(rules, ...argv);
    expect([code, out]).toEqual([64, '']);
    expect(err).toContain(problem);
  });

  it('takes --groups for itself alone', async () => {
    let err = '';
    const code = await run(['verify', rules, '--groups', 'a'], { out: () => undefined, err: (text) => (err += text) });
    expect([code, err]).toEqual([64, expect.stringContaining('verify takes no --groups')]);
  });

  it('prints every violation of a configuration that is not valid, and gives 78', async () => {
    const path = await file('bad.json', {
      accessControl: { repositories: { 'team/**': { policies: [{ users: ['ann'], actions: ['pull'] }] } } },
    });
    const { code, err } = await can(path, 'ann', 'read', 'a');
    expect(code).toBe(78);
    expect(err).toContain(`${path}: http.accessControl.repositories["team/**"].policies[0].actions\n`);
  });
});

describe('berth verify', () => {
  it('says what is open, what the other order would decide, and what is never asked', async () => {
    const path = await file('odd.json', {
      accessControl: {
        repositories: {
          'team/**': { anonymousPolicy: ['read'] },
          'team/*': { defaultPolicy: ['read'] },
          'Team/**': {},
        },
        permissions: { 'scrub.reed': { anonymous: true } },
      },
    });
    let out = '';
    const code = await run(['verify', path], { out: (text) => (out += text), err: (text) => (out += text) });
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'valid',
      'warning: http.accessControl.repositories["Team/**"] describes no repository name, so its rules are never asked',
      'warning: http.accessControl.permissions["scrub.reed"]: no plugin of this configuration declares it',
      'open: repositories["team/**"].anonymousPolicy gives read without a login',
      'open: permissions["scrub.reed"].anonymous gives scrub.reed without a login',
      'order: "team/**" decides over "team/*" for names such as team/a; with "patternOrder": "specific" it is the other way round',
      '',
    ]);
  });

  it('writes out twenty pairs of patterns, and that there are more', async () => {
    const names = Array.from({ length: 30 }, (_, at) => [`team${at}/*`, `team${at}/**`]).flat();
    const path = await file('many.json', {
      accessControl: { repositories: Object.fromEntries(names.map((name) => [name, {}])) },
    });
    let out = '';
    await run(['verify', path], { out: (text) => (out += text), err: (text) => (out += text) });
    const lines = out.split('\n').filter((line) => line.startsWith('order: '));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('order: and more pairs of patterns that the two orders decide differently');
  });
});
