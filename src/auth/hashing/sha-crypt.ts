import { createHash, hash } from 'node:crypto';

/*
 * "Unix crypt using SHA-256 and SHA-512" (Drepper, 2008). The package `unixcrypt` computes it wrongly where a password is as long as
 * a digest, or twice as long: 32, 64, 96 bytes.
 */

interface Variant {
  readonly algorithm: 'sha256' | 'sha512';
  /** Bytes of a digest. */
  readonly size: number;
  /** How many times three bytes are written as four characters. */
  readonly triples: number;
  /** Which three come next. */
  readonly next: (first: number, second: number, third: number) => readonly [number, number, number];
  /** The bytes that are left, the least significant last, and how many characters they give. */
  readonly rest: readonly [bytes: readonly number[], characters: number];
}

const SHA256: Variant = {
  algorithm: 'sha256',
  size: 32,
  triples: 10,
  next: (first, second, third) => [third + 1, first + 1, second + 1],
  rest: [[31, 30], 3],
};
const SHA512: Variant = {
  algorithm: 'sha512',
  size: 64,
  triples: 21,
  next: (first, second, third) => [second + 1, third + 1, first + 1],
  rest: [[63], 2],
};

const SETTINGS = /^\$([56])\$(?:rounds=([0-9]+)\$)?([^$]*)\$/;
const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS_WITHOUT = '5000';

/** The hash of `password` with the scheme, the rounds and the salt of `settings`, which is a hash itself. */
export function shaCrypt(password: string, settings: string): string {
  const [prefix, id, rounds = ROUNDS_WITHOUT, salt] = SETTINGS.exec(settings) ?? [];
  if (prefix === undefined || salt === undefined) throw new Error('the hash is not one of SHA crypt');
  const variant = id === '5' ? SHA256 : SHA512;
  return prefix + encoded(digestOf(Buffer.from(password), Buffer.from(salt), Number(rounds), variant), variant);
}

function digestOf(password: Buffer, salt: Buffer, rounds: number, { algorithm, size }: Variant): Buffer {
  const first = startOf(password, salt, algorithm);
  const everyByte = createHash(algorithm);
  for (let at = 0; at < password.length; at++) everyByte.update(password);
  const passwordBytes = Buffer.alloc(password.length, everyByte.digest());
  const salted = createHash(algorithm);
  for (let at = 0; at < 16 + (first[0] ?? 0); at++) salted.update(salt);
  const saltBytes = Buffer.alloc(salt.length, salted.digest());

  let digest = first;
  const message = Buffer.alloc(size + saltBytes.length + 2 * passwordBytes.length);
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1;
    let length = put(message, 0, isOdd ? passwordBytes : digest);
    if (round % 3 !== 0) length = put(message, length, saltBytes);
    if (round % 7 !== 0) length = put(message, length, passwordBytes);
    length = put(message, length, isOdd ? digest : passwordBytes);
    digest = hash(algorithm, message.subarray(0, length), 'buffer');
  }
  return digest;
}

/** Steps 1 to 12: what the rounds begin with. */
function startOf(password: Buffer, salt: Buffer, algorithm: string): Buffer {
  const between = createHash(algorithm).update(password).update(salt).update(password).digest();
  const start = createHash(algorithm).update(password).update(salt).update(Buffer.alloc(password.length, between));
  for (let bits = password.length; bits > 0; bits >>= 1) start.update(bits & 1 ? between : password);
  return start.digest();
}

/** Gives where what comes next is put. */
function put(message: Buffer, at: number, bytes: Buffer): number {
  message.set(bytes, at);
  return at + bytes.length;
}

function encoded(digest: Buffer, { size, triples, next, rest }: Variant): string {
  const third = Math.floor(size / 3);
  let indexes: readonly [number, number, number] = [0, third, 2 * third];
  let text = '';
  for (let triple = 0; triple < triples; triple++) {
    text += digits(digest, indexes, 4);
    indexes = next(...indexes);
  }
  return text + digits(digest, ...rest);
}

/** Six bits a character, the least significant first. */
function digits(digest: Buffer, indexes: readonly number[], characters: number): string {
  let bits = indexes.reduce((before, index) => (before << 8) | (digest[index] ?? 0), 0);
  let text = '';
  for (let at = 0; at < characters; at++, bits >>= 6) text += DIGITS.charAt(bits & 63);
  return text;
}
