import { type CertificateNames, certificateNames } from '../../../http/tls/certificate-names.js';
import { BoundedPattern } from './bounded-pattern.js';
import { type IdentityAttribute, type MtlsConfig, parseIdentityAttribute } from './mtls.config.js';
import { subjectText } from './subject-text.js';

const COMMON_NAME = '2.5.4.3';
const SERIAL_NUMBER = '2.5.4.5';

/** Of an X509Certificate what is needed. */
interface DerCertificate {
  readonly raw: Uint8Array;
}

type Reader = (names: CertificateNames, config: MtlsConfig) => string | undefined;

const READERS: Readonly<Record<IdentityAttribute, Reader>> = {
  commonName: ({ subject }) => only(subject.filter(({ type }) => type === COMMON_NAME))?.value,
  // Zot's text has one of each of these, so that two subjects with several would be one user.
  subject: ({ subject }) =>
    [COMMON_NAME, SERIAL_NUMBER].some((type) => subject.filter((attribute) => attribute.type === type).length > 1)
      ? undefined
      : subjectText(subject),
  email: ({ emails }, { emailSanIndex }) => emails[emailSanIndex],
  uri: ({ uris }, config) => ofUri(uris[config.uriSanIndex], config),
  dnsName: ({ dnsNames }, { dnsSanIndex }) => dnsNames[dnsSanIndex],
};

const patterns = new WeakMap<MtlsConfig, BoundedPattern>();
const known = new WeakMap<MtlsConfig, WeakMap<object, string | undefined>>();

/**
 * The user that a certificate names, by the first of the configured attributes that it has; `undefined` where it has none of them, or
 * holds a name that can be read in two ways. Two common names are none: authorities have checked the one while servers took the other.
 * Found once for a certificate and a configuration.
 */
export function certificateIdentity(certificate: DerCertificate, config: MtlsConfig): string | undefined {
  let identities = known.get(config);
  if (identities === undefined) known.set(config, (identities = new WeakMap()));
  if (!identities.has(certificate)) identities.set(certificate, read(certificate.raw, config));
  return identities.get(certificate);
}

function read(der: Uint8Array, config: MtlsConfig): string | undefined {
  const names = certificateNames(der);
  if ('fault' in names) return undefined;
  for (const text of config.identityAttributes) {
    const attribute = parseIdentityAttribute(text);
    const identity = attribute && READERS[attribute](names, config);
    if (identity) return identity;
  }
  return undefined;
}

function only<Entry>(entries: readonly Entry[]): Entry | undefined {
  return entries.length === 1 ? entries[0] : undefined;
}

function ofUri(uri: string | undefined, config: MtlsConfig): string | undefined {
  const { uriSanPattern } = config;
  if (uri === undefined || !uriSanPattern) return uri;
  let pattern = patterns.get(config);
  if (pattern === undefined) patterns.set(config, (pattern = new BoundedPattern(uriSanPattern)));
  return pattern.firstGroup(uri);
}
