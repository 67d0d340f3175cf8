import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

export interface TlsFiles {
  /** Authorities beside those that Node knows; absent: those alone. */
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/**
 * What a folder in docker's manner holds: `*.crt` are authorities, `*.cert` and `*.key` of one name are what we show ourselves with.
 *
 * @throws Error where it cannot be read, or a certificate has no key
 */
export function readTlsFiles(folder: string): TlsFiles {
  const names = readdirSync(folder).sort();
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const authorities = names.filter((name) => name.endsWith('.crt')).map(text);
  const certificate = names.find((name) => name.endsWith('.cert'));
  const key = certificate === undefined ? undefined : `${certificate.slice(0, -'.cert'.length)}.key`;
  if (key !== undefined && !names.includes(key)) throw new Error(`${join(folder, key)} is not there`);
  return {
    ...(authorities.length > 0 && { ca: [...rootCertificates, ...authorities] }),
    ...(certificate !== undefined && key !== undefined && { cert: text(certificate), key: text(key) }),
  };
}
