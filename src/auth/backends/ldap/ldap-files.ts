import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { fingerprintOf } from '@berth/sdk';
import type { LdapMaterial, ServiceAccount } from './ldap-endpoint.js';
import type { LdapConfig } from './ldap.config.js';

export interface LdapFiles {
  readonly material: LdapMaterial;
  /** Of what was read, for `FileWatch`. */
  readonly fingerprint: string;
}

/** The files that a section names. */
export function ldapFilePaths({ credentialsFile, caCert, cert, key }: LdapConfig): readonly string[] {
  return [credentialsFile, caCert, cert, key].filter((path) => path !== undefined);
}

/** @throws Error that names the file and what is wrong with it, and nothing of what it holds */
export async function readLdapFiles(config: LdapConfig): Promise<LdapFiles> {
  const { credentialsFile, caCert, cert, key } = config;
  const texts = new Map<string, string>();
  const fingerprints: string[] = [];
  for (const path of ldapFilePaths(config)) {
    const bytes = await readFile(path);
    texts.set(path, bytes.toString('utf8'));
    fingerprints.push(fingerprintOf(bytes));
  }
  const textOf = (path: string | undefined): string | undefined => (path === undefined ? path : texts.get(path));
  const account = textOf(credentialsFile);
  const secureContext = secureContextOf(config, { ca: textOf(caCert), cert: textOf(cert), key: textOf(key) });
  return {
    material: {
      account: account === undefined ? undefined : accountOf(account, credentialsFile ?? ''),
      secureContext,
    },
    fingerprint: fingerprints.join(' '),
  };
}

function accountOf(text: string, path: string): ServiceAccount {
  const read = parsed(text, path);
  const { bindDN, bindPassword } = read as Readonly<Record<string, unknown>>;
  // Also keeps out the names of mechanisms, which the client would take for such.
  if (typeof bindDN !== 'string' || !/[=@\\]/.test(bindDN))
    throw new Error(`${path}: "bindDN" must be a distinguished name`);
  // With an empty one the server would answer that all is well, and search as for anybody.
  if (typeof bindPassword !== 'string' || bindPassword === '')
    throw new Error(`${path}: "bindPassword" must be a password that is not empty`);
  return { dn: bindDN, password: bindPassword };
}

function parsed(text: string, path: string): object {
  const wanted = new Error(`${path}: must be JSON with "bindDN" and "bindPassword"`);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text, which holds a password.
    throw wanted;
  }
  if (typeof read !== 'object' || read === null) throw wanted;
  return read;
}

interface PemTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

function secureContextOf({ caCert, cert, key }: LdapConfig, texts: PemTexts): SecureContext {
  if (texts.ca !== undefined) checkAuthorities(texts.ca, caCert ?? '');
  const { ca, cert: chain, key: secret } = texts;
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca }),
      ...(chain !== undefined && { cert: chain }),
      ...(secret !== undefined && { key: secret }),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${[cert, key].join(' and ')} are no certificate and its key: ${why}`, { cause });
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** OpenSSL skips in silence what it cannot read. */
function checkAuthorities(text: string, path: string): void {
  const certificates = text.match(CERTIFICATE);
  if (!certificates) throw new Error(`${path}: holds no certificate`);
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new Error(`${path}: holds a certificate that cannot be read`, { cause });
    }
  }
}
