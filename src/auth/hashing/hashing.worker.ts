import { createHash, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { HashScheme } from './password-hash.js';

/*
 * The thread of `HashingThread`: it is sent a password and a hash, and says whether they go together. Whatever goes wrong ends it. Tests
 * run this file as it stands, by Node itself, which finds no `.js` where there is a `.ts`: so what is ours is imported by a computed name.
 */
type Recompute = (password: string, hash: string) => Promise<string>;

const shaCrypt: Recompute = async (password, hash) => {
  const file = new URL(`./sha-crypt${extname(import.meta.url)}`, import.meta.url);
  const module = (await import(file.href)) as typeof import('./sha-crypt.js');
  return module.shaCrypt(password, hash);
};

/** The hash of the password with the salt of the other, written in the same way. A library is loaded by its first hash. */
const RECOMPUTED: Readonly<Record<HashScheme, Recompute>> = {
  // The three prefixes are one scheme, of which the package knows two names, and takes different ones of 255 bytes for the same under $2a$.
  bcrypt: async (password, hash) => {
    const { default: bcrypt } = await import('bcrypt');
    return hash.slice(0, 29) + bcrypt.hashSync(password, `$2b$${hash.slice(4, 29)}`).slice(29);
  },
  'sha256-crypt': shaCrypt,
  'sha512-crypt': shaCrypt,
  // Its types say that it has a default export, which it has not; and it takes a character of a text for a byte.
  apr1: async (password, hash) => {
    const apacheMd5 = createRequire(import.meta.url)('apache-md5') as (password: string, salt: string) => string;
    return apacheMd5(Buffer.from(password).toString('latin1'), hash);
  },
  sha1: async (password) => `{SHA}${createHash('sha1').update(password).digest('base64')}`,
};

function isSame(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one), Buffer.from(other)];
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes);
}

interface Question {
  readonly password: string;
  readonly scheme: HashScheme;
  readonly hash: string;
}

async function answer({ password, scheme, hash }: Question): Promise<void> {
  parentPort?.postMessage(isSame(await RECOMPUTED[scheme](password, hash), hash));
}

parentPort?.on('message', (question: Question) => void answer(question));
