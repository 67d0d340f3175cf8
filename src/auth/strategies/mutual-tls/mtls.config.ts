import 'reflect-metadata';
import { ArrayNotEmpty, IsArray, IsIn, IsInt, IsOptional, IsString, Min, ValidateBy } from 'class-validator';

/** Which name in a certificate is the user's. */
export type IdentityAttribute = 'commonName' | 'subject' | 'email' | 'uri' | 'dnsName';

const ATTRIBUTES: ReadonlyMap<string, IdentityAttribute> = new Map([
  ['commonname', 'commonName'],
  ['cn', 'commonName'],
  ['subject', 'subject'],
  ['dn', 'subject'],
  ['email', 'email'],
  ['rfc822name', 'email'],
  ['uri', 'uri'],
  ['url', 'uri'],
  ['dnsname', 'dnsName'],
  ['dns', 'dnsName'],
]);

/** What zot calls an attribute, in any case; `undefined`: it is none. */
export function parseIdentityAttribute(text: string): IdentityAttribute | undefined {
  return ATTRIBUTES.get(text.trim().toLowerCase());
}

const NAMES =
  'a list of "CommonName" ("CN"), "Subject" ("DN"), "Email" ("rfc822name"), "URI" ("URL"), "DNSName" ("DNS")';
const INDEX = { message: 'which of several names, counted from 0' };
const MISMATCHES = ['credentials', 'certificate', 'refuse'] as const;

/** What counts where a certificate and credentials name two. */
export type CertificateMismatch = (typeof MISMATCHES)[number];

/** Of the list as a whole, under the name that the JSON Schema knows. */
function AreIdentityAttributes(): PropertyDecorator {
  const isAttribute = (entry: unknown): boolean =>
    typeof entry === 'string' && parseIdentityAttribute(entry) !== undefined;
  return ValidateBy({
    name: 'everyEntry',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.every(isAttribute),
      defaultMessage: () => NAMES,
    },
  });
}

/** An empty one is none, as in zot. */
function IsPatternWithGroup(): PropertyDecorator {
  return ValidateBy({
    name: 'isPatternWithGroup',
    validator: {
      validate: (value: unknown) => value === '' || (typeof value === 'string' && groupsOf(value) > 0),
      defaultMessage: () =>
        'a regular expression of JavaScript (with the flag u) whose first group is the user, such as "^spiffe://example\\.org/ns/([^/]+)$"',
    },
  });
}

/** How many groups a pattern has; -1 where it is none. */
function groupsOf(pattern: string): number {
  try {
    // An alternative that matches nothing always matches, and so tells of the groups of the others.
    return (new RegExp(`${pattern}|`, 'u').exec('') ?? []).length - 1;
  } catch (cause) {
    if (cause instanceof SyntaxError) return -1;
    throw cause;
  }
}

/** `http.auth.mtls`: how a client's certificate names its user. */
export class MtlsConfig {
  /** Tried in order; the first that the certificate has is the user. */
  @IsArray({ message: NAMES })
  @ArrayNotEmpty({ message: NAMES })
  @IsString({ each: true, message: NAMES })
  @AreIdentityAttributes()
  identityAttributes: string[] = ['CommonName'];

  /** What of a URI is the user: the first group. It may match anywhere in the URI, as in zot, unless it begins with ^ and ends with $. */
  @IsOptional()
  @IsPatternWithGroup()
  uriSanPattern?: string;

  @IsInt(INDEX)
  @Min(0, INDEX)
  uriSanIndex = 0;

  @IsInt(INDEX)
  @Min(0, INDEX)
  dnsSanIndex = 0;

  @IsInt(INDEX)
  @Min(0, INDEX)
  emailSanIndex = 0;

  /** Who counts where a certificate and the Authorization header name two different users. */
  @IsIn(MISMATCHES, {
    message: '"credentials" (the header counts), "certificate" (it counts), or "refuse" (neither does)',
  })
  onMismatch: CertificateMismatch = 'credentials';
}

/** What to tell who wrote `uriSanPattern`, of a pattern that matches more than it seems to. */
export function cautionOfUriPattern(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || (value.startsWith('^') && value.endsWith('$'))) return undefined;
  return 'it matches anywhere in the URI, as in zot: begin it with ^ and end it with $ to describe the whole';
}
