export type HashScheme = 'bcrypt' | 'sha512-crypt' | 'sha256-crypt' | 'apr1' | 'sha1';

/** A hash that was checked: it is complete, and computing it takes a few seconds at most. */
export interface PasswordHash {
  readonly scheme: HashScheme;
  /** As it stands in a file. A secret: never logged. */
  readonly text: string;
  /** What it takes to compute, in microseconds of some machine: to be compared with another's. */
  readonly work: number;
}

/** `reason` completes "the line has ..." and holds nothing of the text but the name of its scheme. */
export type ParsedHash =
  { readonly kind: 'hash'; readonly hash: PasswordHash } | { readonly kind: 'unusable'; readonly reason: string };

/** Each step doubles the time: 16 is some four seconds, 31 would be a day and a half. */
const BCRYPT_COST = { least: 4, most: 16 };
/** A million is some two seconds; what the scheme allows would be an hour. */
const CRYPT_ROUNDS = { least: 1000, most: 1_000_000, without: 5000 };

const BCRYPT = /^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$/;
const SHA_CRYPT = /^\$[56]\$(?:rounds=([1-9][0-9]{0,9})\$)?[!-#%-9;-~]{0,16}\$([./A-Za-z0-9]+)$/;
const APR1 = /^\$apr1\$[!-#%-9;-~]{1,8}\$[./A-Za-z0-9]{22}$/;
const SHA1 = /^\{SHA\}[+/A-Za-z0-9]{27}=$/;
const DES = /^[./A-Za-z0-9]{13}$/;

/** Measured on one machine; only how they compare matters. Microseconds. */
const MICROSECONDS = { bcrypt: 50, 'sha512-crypt': 2, 'sha256-crypt': 1.5, apr1: 1500, sha1: 5 } as const;

/** Known well enough to be named, and not taken. */
const OTHERS: readonly (readonly [prefix: string, name: string])[] = [
  ['$1$', 'MD5 crypt ($1$)'],
  ['$2x$', 'the broken bcrypt ($2x$)'],
  ['$7$', 'scrypt ($7$)'],
  ['$y$', 'yescrypt ($y$)'],
  ['$gy$', 'gost-yescrypt ($gy$)'],
  ['$argon2', 'argon2'],
  ['$pbkdf2', 'PBKDF2'],
  ['{SSHA}', 'salted SHA-1 ({SSHA})'],
];

/** What stands behind the colon of a line that `htpasswd` wrote. */
export function parsePasswordHash(text: string): ParsedHash {
  if (text === '') return unusable('no hash');
  if (/^\$2[aby]\$/.test(text)) return bcryptOf(text);
  if (text.startsWith('$5$')) return shaCryptOf(text, 'sha256-crypt', 43);
  if (text.startsWith('$6$')) return shaCryptOf(text, 'sha512-crypt', 86);
  if (text.startsWith('$apr1$'))
    return APR1.test(text) ? usable('apr1', text, MICROSECONDS.apr1) : unusable('a broken apr1 hash');
  if (text.startsWith('{SHA}'))
    return SHA1.test(text) ? usable('sha1', text, MICROSECONDS.sha1) : unusable('a broken {SHA} hash');
  const other = OTHERS.find(([prefix]) => text.startsWith(prefix));
  if (other) return unusable(`a hash of ${other[1]}, which is not supported`);
  if (DES.test(text)) return unusable('what looks like DES crypt or plain text, neither of which is supported');
  return unusable('no hash of a known scheme; plain text is not supported');
}

function bcryptOf(text: string): ParsedHash {
  const cost = Number(BCRYPT.exec(text)?.[1]);
  if (Number.isNaN(cost)) return unusable('a broken bcrypt hash');
  if (cost < BCRYPT_COST.least || cost > BCRYPT_COST.most)
    return unusable(`a bcrypt hash whose cost is not from ${BCRYPT_COST.least} to ${BCRYPT_COST.most}`);
  return usable('bcrypt', text, MICROSECONDS.bcrypt * 2 ** cost);
}

function shaCryptOf(text: string, scheme: 'sha256-crypt' | 'sha512-crypt', length: number): ParsedHash {
  const name = scheme === 'sha256-crypt' ? 'SHA-256 crypt' : 'SHA-512 crypt';
  const found = SHA_CRYPT.exec(text);
  if (found?.[2]?.length !== length) return unusable(`a broken ${name} hash`);
  const rounds = Number(found[1] ?? CRYPT_ROUNDS.without);
  if (rounds < CRYPT_ROUNDS.least || rounds > CRYPT_ROUNDS.most)
    return unusable(`a ${name} hash whose rounds are not from ${CRYPT_ROUNDS.least} to ${CRYPT_ROUNDS.most}`);
  return usable(scheme, text, MICROSECONDS[scheme] * rounds);
}

function usable(scheme: HashScheme, text: string, work: number): ParsedHash {
  return { kind: 'hash', hash: { scheme, text, work } };
}

function unusable(reason: string): ParsedHash {
  return { kind: 'unusable', reason };
}
