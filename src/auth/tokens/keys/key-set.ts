import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { fingerprintOf, isSection, type Section } from '@berth/sdk';
import { keyFits } from './key-fit.js';
import type { KeyHint } from './key-source.js';

interface KnownKey {
  readonly key: KeyObject;
  readonly kid: string | undefined;
  /** The only algorithm it is for, where it says so. */
  readonly alg: string | undefined;
}

/** More are not read: for a token that names none, each that fits is tried. */
const MOST_KEYS = 64;
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** The public keys of somebody that signs tokens. */
export class KeySet {
  private constructor(
    private readonly keys: readonly KnownKey[],
    /** Two sets have the same only if they were written the same. */
    readonly fingerprint: string,
  ) {}

  /** `text` as PEM certificates or public keys, or as a JWKS. Throws an Error that says what is wrong with it. */
  static parse(text: string): KeySet {
    const blocks = [...text.matchAll(PEM_BLOCK)];
    if (blocks.length > 0) return KeySet.#of(blocks.map(keyOfPem), text);
    try {
      return KeySet.ofJwks(JSON.parse(text));
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new Error('it is neither PEM nor JSON', { cause });
    }
  }

  /** A JWKS, or a single JWK. Keys of a kind that is not known here are passed over (RFC 7517, 5). Throws as `parse`. */
  static ofJwks(value: unknown): KeySet {
    if (!isSection(value)) throw new Error('it is no JWKS');
    const list: unknown = 'kty' in value ? [value] : value['keys'];
    if (!Array.isArray(list)) throw new Error('it is no JWKS: it has no list "keys"');
    const keys = list.slice(0, MOST_KEYS).map(keyOfJwk);
    return KeySet.#of(
      keys.filter((key) => key !== undefined),
      JSON.stringify(value),
    );
  }

  static #of(keys: readonly KnownKey[], text: string): KeySet {
    if (keys.length === 0) throw new Error('it holds no key that verifies tokens');
    return new KeySet(keys.slice(0, MOST_KEYS), fingerprintOf(text));
  }

  /** Those that may have signed such a token. A key without an id is none of that id, and may still be the one. */
  find({ alg, kid }: KeyHint): readonly KeyObject[] {
    const fitting = this.keys.filter((known) => (known.alg ?? alg) === alg && keyFits(alg, known.key));
    const named = kid === undefined ? fitting : fitting.filter((known) => (known.kid ?? kid) === kid);
    return named.map(({ key }) => key);
  }
}

function keyOfPem([text, label = '']: RegExpExecArray): KnownKey {
  if (label.endsWith('PRIVATE KEY')) throw new Error('it holds a private key, where a public one is wanted');
  try {
    const key = label === 'CERTIFICATE' ? new X509Certificate(text).publicKey : createPublicKey(text);
    return { key, kid: undefined, alg: undefined };
  } catch (cause) {
    throw new Error(`its ${label.toLowerCase()} cannot be read`, { cause });
  }
}

function keyOfJwk(jwk: unknown): KnownKey | undefined {
  if (!isSection(jwk) || jwk['kty'] === 'oct' || (jwk['use'] ?? 'sig') !== 'sig') return undefined;
  const key = publicKeyOf(jwk);
  return key && { key, kid: textOf(jwk['kid']), alg: textOf(jwk['alg']) };
}

function publicKeyOf(jwk: Section): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    // A curve or a kind that Node does not know, or a broken one: the others of the set are as good.
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
