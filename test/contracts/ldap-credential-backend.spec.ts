import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GROUPS, MANY_GROUPS, OPEN, passwordOf, PEOPLE, SEARCHER, SUFFIX } from '../e2e/slapd-directory.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { describeCredentialBackend } from '../kit/contracts/credential-backend.contract.js';
import { describeWith } from '../requirements/requires.js';
import { useLdap } from './use-ldap.js';

const signal = new AbortController().signal;

describeWith({ programs: ['slapd', 'openssl'] }, 'LDAP, asked of a real slapd', () => {
  const ldap = useLdap();
  const { open, verify } = ldap;

  describeCredentialBackend('of LDAP', {
    create: async () => (await open()).backend,
    known: { user: 'alice', password: passwordOf('alice'), groups: ['developers'] },
    createUnreachable: async () => (await open({ port: ldap.closedPort })).backend,
  });

  describe('users', () => {
    it('have the name that the directory spells', async () => {
      expect(await verify(await open(), 'cAROL', passwordOf('Carol'))).toMatchObject({ user: 'Carol' });
      expect(await verify(await open(), ' carol ', passwordOf('Carol'))).toMatchObject({ user: 'Carol' });
      // A letter of full width, which the directory takes for the letter.
      expect(await verify(await open(), '\uff41lice', passwordOf('alice'))).toMatchObject({ user: 'alice' });
    });

    it.each(['jörg', 'star*', 'b)(uid=*', '{dn}'])('may be called %j', async (user) => {
      expect(await verify(await open(), user)).toMatchObject({ outcome: 'accepted', user });
    });

    it.each([
      '*',
      'al*',
      'alice)(uid=*',
      'alice)',
      '(',
      '\\2a',
      '\\',
      '*)(|(uid=*',
      'uid=alice',
      '\u202ealice',
      '😀',
      ' ',
    ])('that are a filter, %j, are unknown', async (user) => {
      expect(await verify(await open(), user, passwordOf('alice'))).toEqual({ outcome: 'unknownUser' });
    });

    it('are found right below the base, or at any depth where that is wanted', async () => {
      expect(await verify(await open(), 'deep')).toEqual({ outcome: 'unknownUser' });
      expect(await verify(await open({ subtreeSearch: true }), 'deep')).toMatchObject({ outcome: 'accepted' });
    });

    it('must match the filter besides', async () => {
      const opened = await open({ userFilter: '(&(cn=*)(|(cn=bob)(&(cn=alice)(uid={user}))))' });
      const outcomes = await Promise.all(['alice', 'bob', 'many'].map((user) => verify(opened, user)));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'unknownUser']);
    });

    it('that two entries have are rejected, and the log says so', async () => {
      const opened = await open();
      expect(await verify(opened, 'twin')).toEqual({ outcome: 'rejected' });
      expect(opened.log.all).toContainEqual(expect.objectContaining({ level: 40, user: 'twin' }));
    });

    it('are searched by nobody where there is no service account', async () => {
      const opened = await open({ credentialsFile: undefined, baseDN: OPEN, groupBaseDN: undefined });
      const requests = await ldap.slapd.requestsOf(async () => {
        expect(await verify(opened, 'visible')).toMatchObject({ outcome: 'accepted', groups: [] });
      });
      expect(requests.binds).toEqual([`uid=visible,${OPEN}`]);
    });

    it('are looked up without a password', async () => {
      const { backend } = await open();
      const requests = await ldap.slapd.requestsOf(async () => {
        expect(await backend.lookup('CAROL', signal)).toEqual({
          outcome: 'found',
          user: 'Carol',
          groups: ['developers'],
        });
        expect(await backend.lookup('nobody', signal)).toEqual({ outcome: 'unknownUser' });
        expect(await backend.lookup('twin', signal)).toEqual({ outcome: 'unknownUser' });
      });
      expect(requests.binds).toEqual([SEARCHER.bindDN]);
    });
  });

  describe('what cannot be right', () => {
    const LONG = 'x'.repeat(100_000);

    it.each([
      ['an empty password', 'alice', '', 'rejected'],
      ['a password with a NUL', 'alice', `${passwordOf('alice')}\0`, 'rejected'],
      ['a password that begins with a NUL', 'alice', '\0', 'rejected'],
      ['a password of 100 KB', 'alice', LONG, 'rejected'],
      ['no user', '', 'x', 'unknownUser'],
      ['a user with a NUL', 'alice\0', passwordOf('alice'), 'unknownUser'],
      ['a user of 100 KB', LONG, 'x', 'unknownUser'],
    ])('never reaches LDAP: %s', async (_name, user, password, outcome) => {
      const opened = await open();
      const requests = await ldap.slapd.requestsOf(async () => {
        expect(await verify(opened, user, password)).toEqual({ outcome });
        if (outcome === 'unknownUser') expect(await opened.backend.lookup(user, signal)).toEqual({ outcome });
      });
      // The connection that asks the log is the only one.
      expect(requests).toMatchObject({ binds: [], searches: [], connections: 0 });
    });

    it('is no matter of chance: no name but its own is that of a user', async () => {
      const opened = await open();
      const names = fc.string({
        unit: fc.constantFrom('*', '(', ')', '\\', '=', ',', '2', 'a', 'é', '\u0007'),
        minLength: 1,
      });
      await fc.assert(
        fc.asyncProperty(fc.oneof(names, fc.string({ unit: 'binary', minLength: 1 })), async (user) => {
          expect(await verify(opened, user, passwordOf('alice'))).toEqual({ outcome: 'unknownUser' });
        }),
        { numRuns: 300, seed: testSeed() },
      );
      await expect(opened.backend.probe.check(signal)).resolves.toBeUndefined();
    });

    it('opens no breaker, however often it is tried', async () => {
      const opened = await open();
      const users = ['*', 'a)(uid=*', '\u0001', ' ', 'x'.repeat(1024), '\ud800', 'twin', 'alice'];
      for (const user of [...users, ...users]) await verify(opened, user, 'y'.repeat(4096));
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
      await expect(opened.backend.probe.check(signal)).resolves.toBeUndefined();
    });
  });

  describe('groups', () => {
    it('are those that name the user, whatever characters its name is made of', async () => {
      expect(await verify(await open(), 'evil')).toMatchObject({ groups: ['of-evil'] });
      const byName = await open({
        groupFilter: '(&(objectClass=groupOfNames)(|(cn={user})(description=x{dn}*{user}y)))',
      });
      expect(await verify(byName, 'evil')).toMatchObject({ groups: [] });
      expect(await verify(byName, 'star*')).toMatchObject({ groups: [] });
    });

    it('are found by one bind, one search for the user and one for the groups, within a second', async () => {
      const opened = await open();
      const before = performance.now();
      const cold = await ldap.slapd.requestsOf(async () => {
        const result = await verify(opened, 'many');
        expect(result.outcome === 'accepted' && result.groups.length).toBe(MANY_GROUPS + 1);
      });
      expect(performance.now() - before).toBeLessThan(1000);
      const warm = await ldap.slapd.requestsOf(() => verify(opened, 'many'));
      expect(cold.binds).toEqual([SEARCHER.bindDN, `uid=many,${PEOPLE}`]);
      expect(warm.binds).toEqual([`uid=many,${PEOPLE}`]);
      for (const { searches } of [cold, warm]) expect(searches).toHaveLength(2);
      expect(warm.connections).toBe(0);
    });

    it('that are nested three deep come with the attribute of a directory that resolves them', async () => {
      const opened = await open({ groupBaseDN: undefined, userGroupAttribute: 'memberOf' });
      const requests = await ldap.slapd.requestsOf(async () => {
        const result = await verify(opened, 'many');
        const groups = result.outcome === 'accepted' ? result.groups : [];
        expect(groups).toEqual(
          expect.arrayContaining([
            'inner',
            'middle',
            'outer',
            `cn=outer,${GROUPS}`,
            `cn=group-199,${GROUPS}`,
            'group-0',
          ]),
        );
        expect(groups).toHaveLength(2 * (MANY_GROUPS + 3));
      });
      expect(requests).toMatchObject({ searches: [expect.any(String)] });
    });

    it('of the attribute have a short name only below the base of groups, where that is known', async () => {
      const opened = await open({ groupBaseDN: `ou=none,${SUFFIX}`, userGroupAttribute: 'memberOf' });
      // There is no such base, which is a fault of the configuration and not of the user.
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'unavailable' });
      const elsewhere = await open({ groupBaseDN: OPEN, userGroupAttribute: 'memberOf' });
      expect(await verify(elsewhere, 'alice')).toMatchObject({ groups: [`cn=developers,${GROUPS}`] });
      const both = await open({ userGroupAttribute: 'memberOf' });
      expect(await verify(both, 'alice')).toMatchObject({ groups: [`cn=developers,${GROUPS}`, 'developers'] });
    });
  });
});
