import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../e2e/poll-until.js';
import { PrivateAuthority } from '../e2e/private-authority.js';
import { passwordOf, SEARCHER } from '../e2e/slapd-directory.js';
import { Slapd } from '../e2e/slapd.js';
import { describeWith } from '../requirements/requires.js';
import type { OpenedLdap } from './ldap-opener.js';
import { credentialsFile } from './ldap-opener.js';
import { type LdapSection, useLdap } from './use-ldap.js';

const signal = new AbortController().signal;

describeWith({ programs: ['slapd', 'openssl'] }, 'connections to a real slapd', () => {
  const ldap = useLdap();
  const { open, verify } = ldap;

  describe('over TLS', () => {
    const withTls = async (section: LdapSection = {}): Promise<OpenedLdap> => {
      const { cert, key } = ldap.slapd.client;
      return await open({ caCert: ldap.slapd.authority.cert, cert, key, ...section });
    };
    const LDAPS = (): LdapSection => ({ insecure: false, port: ldap.slapd.securePort });
    const START_TLS = { insecure: true, startTLS: true };

    it.each([
      ['LDAPS', LDAPS],
      [
        'an address with ldaps://',
        () => ({ ...LDAPS(), address: `ldaps://127.0.0.1:${String(ldap.slapd.securePort)}` }),
      ],
      ['StartTLS', () => START_TLS],
    ])('logs in by %s, with a private authority and a certificate of its own', async (_name, section) => {
      expect(await verify(await withTls(section()), 'alice')).toMatchObject({ outcome: 'accepted', user: 'alice' });
    });

    it('says nothing in the clear before StartTLS but that it wants TLS', async () => {
      const opened = await withTls(START_TLS);
      const requests = await ldap.slapd.requestsOf(() => verify(opened, 'alice'));
      expect(requests.inTheClear).toEqual([]);
      expect(requests.binds).toHaveLength(2);
    });

    it.each([
      ['LDAPS', LDAPS],
      ['StartTLS', () => START_TLS],
    ])('refuses by %s a server whose certificate is of another authority', async (_name, section) => {
      const other = await PrivateAuthority.create(ldap.folder, 'other');
      const opened = await withTls({ ...section(), caCert: other.cert });
      const requests = await ldap.slapd.requestsOf(async () => {
        const result = await verify(opened, 'alice');
        expect(result).toMatchObject({
          outcome: 'unavailable',
          reason: expect.stringContaining('TLS fails') as string,
        });
      });
      expect(requests.binds).toEqual([]);
    });

    it('refuses a server whose certificate is for another host', async () => {
      const opened = await withTls({ ...LDAPS(), address: 'localhost' });
      const result = await verify(opened, 'alice');
      expect(result).toMatchObject({ reason: expect.stringMatching(/TLS fails: Host: localhost\./) as string });
    });

    it('takes any certificate of the server where it is told to', async () => {
      const other = await PrivateAuthority.create(ldap.folder, 'other');
      const opened = await withTls({ ...LDAPS(), caCert: other.cert, skipVerify: true });
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
    });

    it('cannot tell where the server wants a certificate and there is none', async () => {
      const opened = await open({ ...LDAPS(), caCert: ldap.slapd.authority.cert });
      const result = await verify(opened, 'alice');
      expect(result).toMatchObject({
        outcome: 'unavailable',
        reason: expect.stringContaining('the connection was closed') as string,
      });
    });

    it('cannot tell where the server speaks no TLS', async () => {
      const opened = await withTls({ ...LDAPS(), port: ldap.slapd.port });
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'unavailable' });
    });
  });

  describe('connections', () => {
    it('are no more than the pool has, with 50 logins at once, each answered for itself', async () => {
      const opened = await open({ poolSize: 4 });
      const users = Array.from({ length: 50 }, (_, index) => ['alice', 'bob', 'nobody'][index % 3] ?? '');
      const requests = await ldap.slapd.requestsOf(async () => {
        const results = await Promise.all(users.map((user) => verify(opened, user)));
        const outcomes = results.map((result) => (result.outcome === 'accepted' ? result.groups[0] : result.outcome));
        const expected: Record<string, string> = { alice: 'developers', bob: 'admins', nobody: 'unknownUser' };
        expect(outcomes).toEqual(users.map((user) => expected[user]));
      });
      expect(requests.connections).toBeLessThanOrEqual(8);
      expect(requests.binds.filter((dn) => dn === SEARCHER.bindDN)).toHaveLength(4);
    });

    it('end when the backend is closed, after the logins that have begun', async () => {
      const opened = await open({ poolSize: 2 });
      const requests = await ldap.slapd.requestsOf(async () => {
        const logins = Array.from({ length: 10 }, () => verify(opened, 'alice'));
        opened.backend.close();
        const outcomes = (await Promise.all(logins)).map(({ outcome }) => outcome);
        expect(new Set(outcomes)).toEqual(new Set(['accepted']));
      });
      expect(requests.connections).toBeGreaterThan(0);
      await pollUntil('all connections end', 5000, () => ldap.slapd.connectionsLeft() === 0);
    });

    it('that the server has ended are replaced, without a login that notices', async () => {
      const opened = await open();
      await verify(opened, 'alice');
      await ldap.slapd.end();
      await ldap.slapd.begin();
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
      expect(opened.meter.total('berth_auth_ldap_logins_total', { outcome: 'accepted' })).toBe(2);
    });
  });

  describe('a server that does not answer', () => {
    afterEach(async () => {
      ldap.slapd.goOn();
      await ldap.slapd.end();
      await ldap.slapd.begin();
    });

    it('costs no more than the time-out, for 50 logins at once', async () => {
      const opened = await open({ timeout: '300ms' });
      await verify(opened, 'alice');
      await ldap.slapd.hang();
      const before = performance.now();
      const results = await Promise.all(Array.from({ length: 50 }, () => verify(opened, 'alice')));
      expect(performance.now() - before).toBeLessThan(800);
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['unavailable']));
    });

    it.each([
      ['LDAPS', () => ({ insecure: false, port: ldap.slapd.securePort })],
      ['StartTLS', () => ({ startTLS: true })],
      ['no TLS', () => ({})],
    ])('costs no more than the time-out where %s is not even begun', async (_name, section) => {
      const opened = await open({ timeout: '200ms', ...section() });
      await ldap.slapd.hang();
      const before = performance.now();
      const result = await verify(opened, 'alice');
      expect(performance.now() - before).toBeLessThan(700);
      expect(result).toMatchObject({
        outcome: 'unavailable',
        reason: expect.stringContaining('within 200ms') as string,
      });
    });

    it('leaves time to the next one', async () => {
      await ldap.slapd.hang();
      const second = await Slapd.start();
      try {
        const address = [`127.0.0.1:${String(ldap.slapd.port)}`, `127.0.0.1:${String(second.port)}`];
        const opened = await open({ address, timeout: '1s' });
        expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
        expect(await verify(opened, 'alice', 'wrong')).toMatchObject({ outcome: 'rejected' });
      } finally {
        await second.remove();
      }
    });

    it('is waited for no longer than whoever asks waits, which says nothing about the server', async () => {
      const opened = await open();
      await ldap.slapd.hang();
      for (let count = 0; count < 10; count += 1) {
        const gone = new AbortController();
        const answer = opened.backend.verify({ user: 'alice', password: passwordOf('alice') }, gone.signal);
        gone.abort(new Error('gone'));
        await expect(answer).rejects.toThrow('gone');
      }
      await expect(opened.backend.probe.check(signal)).resolves.toBeUndefined();
    });

    it('is not asked any more after five failures, and is found again by itself when it is back', async () => {
      const opened = await open({}, 50);
      const server = `127.0.0.1:${String(ldap.slapd.port)}`;
      const isOpen = (): number => opened.meter.total('berth_auth_ldap_breaker_open', { server });
      await ldap.slapd.end();
      for (let count = 0; count < 5; count += 1) {
        expect(isOpen()).toBe(0);
        const refused = await verify(opened, 'alice');
        expect(refused).toMatchObject({ reason: expect.stringContaining('cannot connect') as string });
      }
      expect(isOpen()).toBe(1);
      const before = performance.now();
      const result = await verify(opened, 'alice');
      expect(performance.now() - before).toBeLessThan(100);
      expect(result).toEqual({ outcome: 'unavailable', reason: `${server}: it failed several times and is not asked` });
      const since = new Date(opened.clock.now()).toISOString();
      await expect(opened.backend.probe.check(signal)).rejects.toThrow(
        `the breaker of ${server} is open since ${since}`,
      );
      await ldap.slapd.begin();
      await pollUntil('the breaker closes', 5000, () => isOpen() === 0);
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
      await expect(opened.backend.probe.check(signal)).resolves.toBeUndefined();
      expect(opened.meter.total('berth_auth_ldap_logins_total', { outcome: 'unavailable' })).toBe(6);
    });
  });

  describe('its files', () => {
    it('are taken again when they change; one that is broken is not, and the log names no secret', async () => {
      const opened = await open({
        credentialsFile: credentialsFile(ldap.folder, { ...SEARCHER, bindPassword: 'hunter2' }),
      });
      expect(await verify(opened, 'alice')).toMatchObject({
        outcome: 'unavailable',
        reason: expect.stringContaining('the service account cannot log in') as string,
      });
      credentialsFile(ldap.folder, SEARCHER);
      await pollUntil('the file is read', 5000, () => opened.changes() === 1);
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
      writeFileSync(join(ldap.folder, 'credentials.json'), '{"bindDN": "cn=x", "bindPassword": "hunter3');
      await pollUntil('the log complains', 5000, () => opened.log.all.some(({ level }) => level === 50));
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
      expect(opened.changes()).toBe(1);
      expect(JSON.stringify(opened.log.all)).not.toMatch(/hunter|password"?:/);
    });

    it('with authorities are taken again too, and count for the next connection', async () => {
      const other = await PrivateAuthority.create(ldap.folder, 'other');
      const caCert = join(ldap.folder, 'ca.pem');
      copyFileSync(other.cert, caCert);
      const { cert, key } = ldap.slapd.client;
      const opened = await open({ insecure: false, port: ldap.slapd.securePort, caCert, cert, key });
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'unavailable' });
      copyFileSync(ldap.slapd.authority.cert, caCert);
      await pollUntil('the file is read', 5000, () => opened.changes() === 1);
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
      copyFileSync(other.cert, caCert);
      await pollUntil('the file is read', 5000, () => opened.changes() === 2);
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'unavailable' });
    });

    it('close a breaker that a wrong password of the service account opened', async () => {
      const opened = await open({
        credentialsFile: credentialsFile(ldap.folder, { ...SEARCHER, bindPassword: 'wrong' }),
      });
      for (let count = 0; count < 5; count += 1) await verify(opened, 'alice');
      await expect(opened.backend.probe.check(signal)).rejects.toThrow('is open');
      credentialsFile(ldap.folder, SEARCHER);
      await pollUntil('the breaker closes', 5000, () =>
        opened.backend.probe.check(signal).then(
          () => true,
          () => false,
        ),
      );
      expect(await verify(opened, 'alice')).toMatchObject({ outcome: 'accepted' });
    });
  });
});
