import type { NameAttribute } from '../../../http/tls/certificate-names.js';

/** The attributes that have a name, in the order in which Go's `pkix.Name` keeps them; the text has the last one first. */
const NAMED: readonly (readonly [type: string, name: string])[] = [
  ['2.5.4.6', 'C'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
];
const NAMED_TYPES = new Set(NAMED.map(([type]) => type));
const UTF8_STRING = 0x0c;
const PRINTABLE_STRING = 0x13;

/**
 * A subject as zot writes it, `CN=alice,OU=dev+OU=ops,O=Acme`: RFC 4514 with the attributes in an order of its own, whatever order the
 * certificate has them in. Those of one type stand together, joined by "+"; what has no name here comes last, as number and bytes.
 */
export function subjectText(subject: readonly NameAttribute[]): string {
  const named = NAMED.map(([type, name]) =>
    subject
      .filter((attribute) => attribute.type === type)
      .map(({ value }) => `${name}=${escaped(value)}`)
      .join('+'),
  );
  const others = subject
    .filter(({ type }) => !NAMED_TYPES.has(type))
    .map(({ type, value }) => `${type}=#${encoded(value)}`);
  return [...others, ...named]
    .filter((part) => part !== '')
    .reverse()
    .join(',');
}

function escaped(value: string): string {
  return value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&');
}

/** The DER of the text, in hexadecimal. */
function encoded(value: string): string {
  const bytes = Buffer.from(value);
  const tag = /^[A-Za-z0-9'()+,./:=? -]*$/.test(value) ? PRINTABLE_STRING : UTF8_STRING;
  const { length } = bytes;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]).toString('hex');
}
