import { DER, type DerValue, derInside, derValues, objectIdentifier } from './der.js';

/** One part of a subject: `2.5.4.3` (the common name) and its value. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** Who a certificate says it is. Lists are in the order of the certificate. */
export interface CertificateNames {
  readonly subject: readonly NameAttribute[];
  /** Alternative names: rfc822Name, uniformResourceIdentifier, dNSName. */
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

/** Names that mean one thing to one reader and another to the next. */
export interface UnreadableNames {
  readonly fault: string;
}

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const EXTENSIONS = 0xa3;
const VERSION = 0xa0;
const [EMAIL, DNS_NAME, URI] = [0x81, 0x82, 0x86];

/** A name that stops at a NUL for one reader goes on for the next; nobody is called by a line break. */
const CONTROL = /\p{Cc}/u;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });
const latin = (bytes: Buffer): string => bytes.toString('latin1');
const STRINGS: Readonly<Record<number, (bytes: Buffer) => string>> = {
  0x0c: (bytes) => utf8.decode(bytes),
  0x12: ascii,
  0x13: ascii,
  // TeletexString, which everybody writes as Latin-1.
  0x14: latin,
  0x16: ascii,
  0x1a: ascii,
  0x1e: (bytes) => utf16.decode(bytes),
};

/**
 * The names in a certificate, from its DER. Not from Node's texts of them: what is quoted and escaped there has been mistaken for names
 * before (CVE-2021-44532).
 */
export function certificateNames(der: Uint8Array): CertificateNames | UnreadableNames {
  let names: CertificateNames;
  try {
    names = read(Buffer.from(der.buffer, der.byteOffset, der.byteLength));
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) return { fault: 'a name that cannot be read' };
    throw cause;
  }
  const all = [...names.subject.map(({ value }) => value), ...names.emails, ...names.uris, ...names.dnsNames];
  return all.some((name) => CONTROL.test(name)) ? { fault: 'a control character in a name' } : names;
}

function read(der: Buffer): CertificateNames {
  const [certificate] = derValues(der);
  const [body] = derInside(certificate, DER.sequence);
  const fields = derInside(body, DER.sequence);
  // A certificate of version 1 does not say so.
  const [, , , , subject] = fields[0]?.tag === VERSION ? fields.slice(1) : fields;
  const alternatives = alternativeNames(fields.find(({ tag }) => tag === EXTENSIONS));
  const withTag = (wanted: number): string[] =>
    alternatives.filter(({ tag }) => tag === wanted).map(({ content }) => ascii(content));
  return {
    subject: derInside(subject, DER.sequence).flatMap((part) => derInside(part, DER.set).map(attribute)),
    emails: withTag(EMAIL),
    uris: withTag(URI),
    dnsNames: withTag(DNS_NAME),
  };
}

function attribute(part: DerValue): NameAttribute {
  const [type, value] = derInside(part, DER.sequence);
  const decode = value && STRINGS[value.tag];
  if (type?.tag !== DER.objectIdentifier || !decode) throw new RangeError('a kind of text that nobody uses');
  return { type: objectIdentifier(type), value: decode(value.content) };
}

function alternativeNames(extensions: DerValue | undefined): DerValue[] {
  if (extensions === undefined) return [];
  const [list] = derValues(extensions.content);
  return derInside(list, DER.sequence).flatMap((extension) => {
    const [type, ...rest] = derInside(extension, DER.sequence);
    if (type === undefined || objectIdentifier(type) !== SUBJECT_ALTERNATIVE_NAME) return [];
    // Before it there may be whether it is critical.
    const [names] = derInside(rest.at(-1), DER.octetString);
    return derInside(names, DER.sequence);
  });
}

function ascii(bytes: Buffer): string {
  if (bytes.some((byte) => byte > 0x7f)) throw new RangeError('a byte that is no ASCII');
  return bytes.toString('latin1');
}
