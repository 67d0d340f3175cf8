import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../../../test/requirements/requires.js';
import { type CertificateOptions, Certificates, replacing } from '../../../../test/certificates/certificates.js';
import { certificateIdentity } from './certificate-identity.js';
import { MtlsConfig } from './mtls.config.js';

describeWith({ programs: ['openssl'] }, 'the user that a certificate names', () => {
  let certificates: Certificates;
  let made = 0;

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
  });
  afterAll(() => certificates.remove());

  async function identityOf(
    options: CertificateOptions,
    section: Partial<MtlsConfig> = {},
    edit?: (body: Buffer) => Buffer,
  ) {
    const name = `certificate-${String(++made)}`;
    await certificates.make(name, { authority: 'authority', ...options });
    if (edit) await certificates.forge(`${name}-edited`, name, 'authority', edit);
    const certificate = await certificates.read(edit ? `${name}-edited` : name);
    return certificateIdentity(certificate, Object.assign(new MtlsConfig(), section));
  }

  const alternatives = (text: string): CertificateOptions => ({ extensions: [`subjectAltName=${text}`] });

  it('is the common name where nothing else is configured', async () => {
    expect(await identityOf({ subject: '/O=Acme/CN=alice' })).toBe('alice');
  });

  it('may have letters of any script', async () => {
    expect(await identityOf({ subject: '/CN=Žofie Müller' })).toBe('Žofie Müller');
  });

  it.each(['CommonName', 'cn', 'COMMONNAME', ' CN '])('is the common name by the attribute %j', async (attribute) => {
    expect(await identityOf({ subject: '/CN=alice' }, { identityAttributes: [attribute] })).toBe('alice');
  });

  it.each(['Email', 'RFC822Name'])('is an alternative e-mail address by the attribute %s', async (attribute) => {
    const options = { subject: '/CN=x/emailAddress=not@this', ...alternatives('DNS:a,email:a@b.test') };
    expect(await identityOf(options, { identityAttributes: [attribute] })).toBe('a@b.test');
  });

  it.each(['URI', 'url'])('is an alternative URI by the attribute %s', async (attribute) => {
    const options = alternatives('DNS:a,URI:spiffe://td/ns/a');
    expect(await identityOf(options, { identityAttributes: [attribute] })).toBe('spiffe://td/ns/a');
  });

  it.each(['DNSName', 'dns'])('is an alternative DNS name by the attribute %s', async (attribute) => {
    expect(await identityOf(alternatives('URI:a:b,DNS:node.test'), { identityAttributes: [attribute] })).toBe(
      'node.test',
    );
  });

  it('is the one at the configured place of several', async () => {
    const options = alternatives('DNS:d0,URI:u:0,email:e0@x,URI:u:1,DNS:d1,email:e1@x');
    const second = { uriSanIndex: 1, dnsSanIndex: 1, emailSanIndex: 1 };
    const identities = ['URI', 'DNS', 'Email'].map((attribute) =>
      identityOf(options, { identityAttributes: [attribute], ...second }),
    );
    expect(await Promise.all(identities)).toEqual(['u:1', 'd1', 'e1@x']);
  });

  it('is of the next attribute where there is no name at that place', async () => {
    const section = { identityAttributes: ['URI', 'CN'], uriSanIndex: 1 };
    expect(await identityOf({ subject: '/CN=alice', ...alternatives('URI:u:0') }, section)).toBe('alice');
  });

  it('is nobody where none of the attributes is there', async () => {
    expect(await identityOf({ subject: '/O=Acme' }, { identityAttributes: ['CN', 'URI', 'DNS', 'Email'] })).toBe(
      undefined,
    );
  });

  it('is the first group of the pattern for URIs', async () => {
    const section = { identityAttributes: ['URI'], uriSanPattern: '^spiffe://td/ns/([^/]+)/sa/[^/]+$' };
    expect(await identityOf(alternatives('URI:spiffe://td/ns/build/sa/ci'), section)).toBe('build');
  });

  it('is of the next attribute where the pattern does not match', async () => {
    const section = { identityAttributes: ['URI', 'CN'], uriSanPattern: '^spiffe://td/(.+)$' };
    const options = { subject: '/CN=alice', ...alternatives('URI:spiffe://other/?spiffe://td/root') };
    expect(await identityOf(options, section)).toBe('alice');
  });

  it('is nobody where the pattern would take longer than a moment', async () => {
    const section = { identityAttributes: ['URI'], uriSanPattern: '^spiffe://(a+)+$' };
    const started = performance.now();
    expect(await identityOf(alternatives(`URI:spiffe://${'a'.repeat(200)}!`), section)).toBe(undefined);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('is nobody where the URI is longer than a name is', async () => {
    const section = { identityAttributes: ['URI'], uriSanPattern: '^spiffe://(a+)$' };
    expect(await identityOf(alternatives(`URI:spiffe://${'a'.repeat(2048)}`), section)).toBe(undefined);
  });

  it('is not the one of two common names, which readers take differently', async () => {
    expect(await identityOf({ subject: '/CN=admin/CN=alice' }, { identityAttributes: ['CN', 'Subject'] })).toBe(
      undefined,
    );
  });

  it('is nobody where a name has a NUL in it', async () => {
    expect(await identityOf({ subject: '/CN=adminXevil.test' }, {}, replacing('adminX', 'admin\0'))).toBe(undefined);
  });

  it('is nobody where an alternative name has a NUL in it, though another attribute counts', async () => {
    const options = { subject: '/CN=alice', ...alternatives('DNS:adminXevil.test') };
    expect(await identityOf(options, {}, replacing('adminX', 'admin\0'))).toBe(undefined);
  });

  it.each(['\n', '\r', '\u001b', '\u007f'])(
    'is nobody where a name has the control character %j',
    async (character) => {
      expect(await identityOf({ subject: '/CN=aliceX' }, {}, replacing('aliceX', `alice${character}`))).toBe(undefined);
    },
  );

  it('is nobody where a name is no UTF-8', async () => {
    await certificates.make('broken', { authority: 'authority', subject: '/CN=aliceXY' });
    const { raw } = await certificates.read('broken');
    const broken = { raw: replacing('aliceXY', 'alice\xc3\x28')(raw) };
    expect(certificateIdentity(broken, new MtlsConfig())).toBe(undefined);
  });

  it('is nobody where the certificate is cut off', async () => {
    const { raw } = await certificates.read('authority');
    for (let length = 0; length < 200; length++) {
      expect(certificateIdentity({ raw: raw.subarray(0, length) }, new MtlsConfig())).toBe(undefined);
    }
  });

  it('is no part of a name that looks like two', async () => {
    const options = { subject: '/CN=x', ...alternatives('URI:spiffe://td/aXYDNS:admin') };
    const section = { identityAttributes: ['DNS', 'CN'] };
    expect(await identityOf(options, section, replacing('XY', ', '))).toBe('x');
  });

  describe('by the whole subject', () => {
    const subject = { identityAttributes: ['Subject'] };

    it('has the attributes in the order of zot, whatever that of the certificate', async () => {
      const texts = ['/C=DE/O=Acme/OU=dev/CN=alice', '/CN=alice/OU=dev/O=Acme/C=DE'].map((text) =>
        identityOf({ subject: text }, subject),
      );
      expect(await Promise.all(texts)).toEqual(Array(2).fill('CN=alice,OU=dev,O=Acme,C=DE'));
    });

    it('joins several of one type', async () => {
      expect(await identityOf({ subject: '/OU=dev/OU=ops/CN=alice' }, subject)).toBe('CN=alice,OU=dev+OU=ops');
    });

    it('escapes what would end a value', async () => {
      expect(await identityOf({ subject: '/O=Acme\\, Inc. "x" \\+ <y>;#/CN=#al;ice' }, subject)).toBe(
        'CN=\\#al\\;ice,O=Acme\\, Inc. \\"x\\" \\+ \\<y\\>\\;#',
      );
    });

    it('has what it has no name for as number and bytes, at the end', async () => {
      expect(await identityOf({ subject: '/DC=test/CN=alice/emailAddress=a@b' }, subject)).toBe(
        'CN=alice,1.2.840.113549.1.9.1=#0c03614062,0.9.2342.19200300.100.1.25=#130474657374',
      );
    });
  });
});
