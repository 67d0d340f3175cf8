import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { fingerprintOf } from '@berth/sdk';
import type { TlsConfig } from './tls.config.js';
import { TlsFault } from './tls-fault.js';

/** What the files of `http.tls` hold, known to fit together. */
export interface TlsFiles {
  /** For the server's constructor and for `setSecureContext`. */
  readonly options: {
    readonly cert: Buffer;
    readonly key: Buffer;
    readonly ca?: Buffer;
    readonly minVersion: 'TLSv1.2';
  };
  /** Of the certificate that clients see. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Where they are. */
  readonly config: TlsConfig;
  /** As FileWatch makes it of certificate, key and authorities. */
  readonly fingerprint: string;
}

const CERTIFICATES = 'one or more certificates, PEM';
const KEY = 'a private key without a passphrase, PEM';
const BLOCK = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

const READ_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that this user may not read',
};

/**
 * Reads the files and looks whether a listener can work with them: Node itself takes an empty list of authorities for "those of the
 * system", and a broken second one for none.
 *
 * @throws TlsFault that names the file
 */
export async function readTlsFiles(config: TlsConfig): Promise<TlsFiles> {
  const { cert, key, cacert } = config;
  const certBytes = await read('http.tls.cert', cert, CERTIFICATES);
  const keyBytes = await read('http.tls.key', key, KEY);
  const caBytes = cacert === undefined ? undefined : await read('http.tls.cacert', cacert, CERTIFICATES);
  const { validFromDate: notBefore, validToDate: notAfter } = checkPair(
    { path: cert, bytes: certBytes },
    { path: key, bytes: keyBytes },
  );
  if (caBytes && cacert !== undefined) certificatesIn('http.tls.cacert', cacert, caBytes);
  const bytes = [certBytes, keyBytes, ...(caBytes ? [caBytes] : [])];
  const options = {
    cert: certBytes,
    key: keyBytes,
    ...(caBytes && { ca: caBytes }),
    minVersion: 'TLSv1.2' as const,
  };
  checkWhole(options, cert);
  return { options, notBefore, notAfter, config, fingerprint: bytes.map(fingerprintOf).join(' ') };
}

interface ReadFile {
  readonly path: string;
  readonly bytes: Buffer;
}

function checkPair(cert: ReadFile, key: ReadFile): X509Certificate {
  const [leaf] = certificatesIn('http.tls.cert', cert.path, cert.bytes);
  const allowed = `the private key of the certificate in ${cert.path}`;
  if (!leaf.checkPrivateKey(parseKey(key)))
    throw new TlsFault('http.tls.key', key.path, 'the key of another certificate', allowed);
  return leaf;
}

async function read(key: string, path: string, allowed: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const found = cause instanceof Error && 'code' in cause ? READ_FAULTS[String(cause.code)] : undefined;
    throw new TlsFault(key, path, found ?? String(cause), allowed, { cause });
  }
}

function certificatesIn(key: string, path: string, bytes: Buffer): [X509Certificate, ...X509Certificate[]] {
  const text = bytes.toString('latin1');
  const blocks = text.match(BLOCK) ?? [];
  const begun = text.split(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/).length - 1;
  if (blocks.length < begun) throw new TlsFault(key, path, 'a certificate that is cut off', CERTIFICATES);
  const [first, ...others] = blocks.map((block, at) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      const found = `no certificate in block ${String(at + 1)} of ${String(blocks.length)}`;
      throw new TlsFault(key, path, found, CERTIFICATES, { cause });
    }
  });
  if (first === undefined) throw new TlsFault(key, path, 'no certificate', CERTIFICATES);
  return [first, ...others];
}

function parseKey({ path, bytes }: ReadFile): KeyObject {
  try {
    return createPrivateKey(bytes);
  } catch (cause) {
    const isLocked = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MISSING_PASSPHRASE';
    throw new TlsFault('http.tls.key', path, isLocked ? 'a key with a passphrase' : 'no private key', KEY, { cause });
  }
}

/** What is well formed may still be refused, as a key that is too short is. */
function checkWhole(options: TlsFiles['options'], path: string): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TlsFault('http.tls.cert', path, found, 'a certificate that OpenSSL serves', { cause });
  }
}
