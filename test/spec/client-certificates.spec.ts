import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { Agent } from 'node:https';
import { copyFile, rename } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { HttpRequest } from '../../src/http/exchange.js';
import { clientCertificateOf } from '../../src/http/tls/client-certificates.js';
import { describeWith } from '../requirements/requires.js';
import { Certificates, dating, replacing } from '../certificates/certificates.js';
import { clientOptions, get, resume } from './tls-client.js';
import { until } from './until.js';

const CUT_OFF = /socket hang up|ECONNRESET/;

describeWith({ programs: ['openssl'] }, 'http.tls.cacert', () => {
  let certificates: Certificates;
  let registry: TestRegistry;

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    await certificates.make('stranger');
    await certificates.makeServer('server', 'authority');
    await certificates.make('client', { authority: 'authority' });
    await certificates.make('foreign', { authority: 'stranger' });
  });
  afterAll(() => certificates.remove());

  beforeEach(async () => {
    await copyFile(certificates.pem('authority'), certificates.pem('trusted'));
    const tls = {
      cert: certificates.pem('server'),
      key: certificates.key('server'),
      cacert: certificates.pem('trusted'),
    };
    registry = await createTestRegistry({ configure: ({ http }) => (http.tls = tls) });
  });
  afterEach(() => registry.close());

  const logged = (event: string) => registry.logLines.all.filter((line) => line['event'] === event);
  const showing = (shows: string) => clientOptions(certificates, { shows });

  async function trust(authority: string): Promise<void> {
    await copyFile(certificates.pem(authority), certificates.pem('next'));
    await rename(certificates.pem('next'), certificates.pem('trusted'));
    await until('the authorities were read again', () => logged('tls reloaded').length > 0);
  }

  it('lets a client connect that shows no certificate, and asks it who it is', async () => {
    expect(await get(registry, clientOptions(certificates))).toMatchObject({ status: 401 });
  });

  it('takes a client that shows a certificate of the authority, for whatever purpose where it says none', async () => {
    expect(await get(registry, showing('client'))).toMatchObject({ status: 200 });
  });

  it('takes a certificate for clients', async () => {
    const extensions = ['extendedKeyUsage=serverAuth,clientAuth'];
    await certificates.make('both', { authority: 'authority', extensions });
    expect(await get(registry, showing('both'))).toMatchObject({ status: 200 });
  });

  it('is known to what handles a request, and nothing is where none was shown', async () => {
    const shown: (string | undefined)[] = [];
    const note = (raw: HttpRequest['raw']) => shown.push(clientCertificateOf({ raw })?.subject);
    registry.application.getHttpServer().on('request', note);
    await get(registry, showing('client'));
    await get(registry, clientOptions(certificates));
    expect(shown).toEqual(['CN=client', undefined]);
  });

  it.each([
    ['of another authority', () => Promise.resolve('foreign'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['signed by itself', () => made('self', {}), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['that has ended', () => dated('200101000000Z', '200102000000Z'), 'CERT_HAS_EXPIRED'],
    ['that has not begun', () => dated('490101000000Z', '491231000000Z'), 'CERT_NOT_YET_VALID'],
    ['for servers only', () => usable('serverAuth'), 'INVALID_PURPOSE'],
    ['for something else than clients', () => usable('codeSigning,emailProtection'), 'INVALID_PURPOSE'],
    ['that is not to be used for anything', () => usable('critical,1.2.3.4'), 'INVALID_PURPOSE'],
    ['with a NUL in a name', () => forged(replacing('client', 'cli\0nt')), 'a control character in a name'],
    ['whose signature is not right', () => tampered(), 'CERT_SIGNATURE_FAILURE'],
  ])('cuts off a client with a certificate %s, and the log says why', async (_, make, reason) => {
    const name = await make();
    await expect(get(registry, showing(name))).rejects.toThrow(CUT_OFF);
    expect(logged('client certificate refused')).toMatchObject([{ level: 40, reason, address: '127.0.0.1' }]);
  });

  const made = async (name: string, options: object): Promise<string> => {
    await certificates.make(name, options);
    return name;
  };
  const forged = async (edit: (body: Buffer) => Buffer): Promise<string> => {
    await certificates.forge('forged', 'client', 'authority', edit);
    return 'forged';
  };
  const dated = (from: string, to: string) => forged(dating(from, to));
  const usable = (usage: string) =>
    made('usable', { authority: 'authority', extensions: [`extendedKeyUsage=${usage}`] });
  const tampered = async (): Promise<string> => {
    await certificates.make('stolen', { authority: 'stranger' });
    await certificates.forge('tampered', 'client', 'stolen', (body) => body);
    return 'tampered';
  };

  it('resumes the session of a client that it knows', async () => {
    const { session } = await resume(registry, showing('client'));
    expect(await resume(registry, showing('client'), session)).toMatchObject({
      isReused: true,
      answer: 'HTTP/1.1 200',
    });
  });

  it.each(['TLSv1.2', undefined] as const)(
    'cuts off the resumed session of a bad certificate too (%s)',
    async (maxVersion) => {
      const options = { ...showing('foreign'), ...(maxVersion && { maxVersion }) };
      const { session } = await resume(registry, options);
      expect((await resume(registry, options, session)).answer).toBe('');
    },
  );

  it('cuts off the resumed session of a certificate that has ended since', async () => {
    const { session, answer } = await resume(registry, showing('client'));
    expect(answer).toBe('HTTP/1.1 200');
    const { validToDate } = await certificates.read('client');
    vi.useFakeTimers({ now: validToDate.getTime() + 1, toFake: ['Date'] });
    try {
      expect(await resume(registry, showing('client'), session)).toMatchObject({ isReused: true, answer: '' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes those of a new authority, and no longer those of the old one, on new connections', async () => {
    await trust('stranger');
    expect(await get(registry, showing('foreign'))).toMatchObject({ status: 200 });
    await expect(get(registry, showing('client'))).rejects.toThrow(CUT_OFF);
  });

  it.each(['TLSv1.2', undefined] as const)(
    'resumes no session from before a change of the authorities (%s)',
    async (maxVersion) => {
      const options = { ...showing('client'), ...(maxVersion && { maxVersion }) };
      const { session, answer } = await resume(registry, options);
      expect(answer).toBe('HTTP/1.1 200');
      await trust('stranger');
      expect(await resume(registry, options, session)).toMatchObject({ isReused: false, answer: '' });
    },
  );

  it('goes on with connections that are open when the authorities change', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...showing('client') });
    await get(registry, {}, agent);
    const before = registry.openSockets;
    await trust('stranger');
    expect(await get(registry, {}, agent)).toMatchObject({ status: 200 });
    expect(registry.openSockets).toBe(before);
    agent.destroy();
  });
});
