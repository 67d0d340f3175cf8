import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { Certificates } from '../certificates/certificates.js';
import { clientOptions, get } from './tls-client.js';
import { WHERE_PATH, where } from './where-plugin.js';

describeWith({ programs: ['openssl'] }, 'http.tls', () => {
  let certificates: Certificates;
  let registry: TestRegistry;

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    await certificates.makeServer('server', 'authority');
    await certificates.makeServer('other', 'authority');
    const tls = { cert: certificates.pem('server'), key: certificates.key('server') };
    registry = await createTestRegistry({ plugins: [{ plugin: where }], configure: ({ http }) => (http.tls = tls) });
  });
  afterAll(async () => {
    await registry.close();
    await certificates.remove();
  });

  /** What the start of a server with those files says. */
  async function startWith(tls: { cert: string; key: string; cacert?: string }): Promise<string> {
    const starting = createTestRegistry({ configure: ({ http }) => (http.tls = tls) });
    return starting.then(
      async (started) => {
        await started.close();
        return 'started';
      },
      (cause: unknown) => String(cause),
    );
  }

  const server = () => ({ cert: certificates.pem('server'), key: certificates.key('server') });

  it('serves over TLS with the configured certificate', async () => {
    expect(await get(registry, clientOptions(certificates))).toEqual({ status: 200, body: '{}', server: 'server' });
  });

  it('is where its own listener is, for addresses in answers', async () => {
    const { body } = await get(registry, clientOptions(certificates), undefined, {}, WHERE_PATH);
    expect(JSON.parse(body)).toEqual({ url: registry.url, address: '127.0.0.1' });
  });

  it('reads headers as long over TLS as without', async () => {
    const headers = { authorization: 'x'.repeat(40_000) };
    expect(await get(registry, clientOptions(certificates), undefined, headers)).toMatchObject({ status: 200 });
  });

  it('speaks TLS 1.2 and no older one', async () => {
    const { hostname: host, port } = new URL(registry.url);
    const ciphers = 'DEFAULT@SECLEVEL=0';
    const at = { host, port: Number(port), ca: clientOptions(certificates).ca, ciphers };
    const recent = connect({ ...at, maxVersion: 'TLSv1.2' });
    await once(recent, 'secureConnect');
    expect(recent.getProtocol()).toBe('TLSv1.2');
    recent.destroy();
    const old = connect({ ...at, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' });
    const [error] = (await once(old, 'error')) as [Error];
    expect(error.message).toContain('protocol version');
  });

  it('says when the certificate ends', async () => {
    const { validToDate } = await certificates.read('server');
    expect(registry.numbers).toContainEqual(
      expect.objectContaining({
        name: 'berth_tls_certificate_expires_seconds',
        series: [{ labels: {}, value: validToDate.getTime() / 1000 }],
      }),
    );
  });

  describe('does not start, and names key and file, where', () => {
    it('a file is not there', async () => {
      const none = certificates.pem('none');
      expect(await startWith({ ...server(), cert: none })).toContain(`http.tls.cert: ${none}: no such file`);
      expect(await startWith({ ...server(), key: none })).toContain(`http.tls.key: ${none}: no such file`);
      expect(await startWith({ ...server(), cacert: none })).toContain(`http.tls.cacert: ${none}: no such file`);
    });

    it('a file is a folder', async () => {
      expect(await startWith({ ...server(), key: certificates.folder })).toMatch(/http\.tls\.key: .*: a folder/);
    });

    it('the key is none', async () => {
      await writeFile(certificates.key('broken'), 'no key');
      expect(await startWith({ ...server(), key: certificates.key('broken') })).toMatch(/broken\.key: no private key/);
    });

    it('the key is of another certificate', async () => {
      const told = await startWith({ ...server(), key: certificates.key('other') });
      expect(told).toMatch(/http\.tls\.key: .*other\.key: the key of another certificate/);
    });

    it.each(['', 'no certificate at all'])('the certificate is %j', async (text) => {
      await writeFile(certificates.pem('empty'), text);
      expect(await startWith({ ...server(), cert: certificates.pem('empty') })).toMatch(/empty\.pem: no certificate/);
    });

    it('the authorities are none, for which Node would take those of the whole world', async () => {
      await writeFile(certificates.pem('empty'), '');
      const told = await startWith({ ...server(), cacert: certificates.pem('empty') });
      expect(told).toMatch(/http\.tls\.cacert: .*empty\.pem: no certificate/);
    });

    it('one of several authorities is broken', async () => {
      const whole = (await certificates.read('authority')).toString();
      await writeFile(certificates.pem('half'), whole + whole.replace(/M/g, 'N'));
      const told = await startWith({ ...server(), cacert: certificates.pem('half') });
      expect(told).toMatch(/half\.pem: no certificate in block 2 of 2/);
    });

    it('a certificate is cut off', async () => {
      const whole = (await certificates.read('authority')).toString();
      await writeFile(certificates.pem('cut'), whole + whole.slice(0, 200));
      const told = await startWith({ ...server(), cacert: certificates.pem('cut') });
      expect(told).toMatch(/cut\.pem: a certificate that is cut off/);
    });
  });
});

describe('http without tls', () => {
  it('is plain HTTP', async () => {
    const registry = await createTestRegistry();
    try {
      expect(registry.url).toMatch(/^http:/);
    } finally {
      await registry.close();
    }
  });
});
