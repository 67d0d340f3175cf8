import { constants, createPrivateKey, sign } from 'node:crypto';

interface Signing {
  /** `null`: the algorithm has one of its own. */
  readonly hash: string | null;
  readonly key: 'rsa' | 'ec' | 'ed25519';
  readonly isPss?: boolean;
}

/** rfc7518 3.1, rfc8037 3.1 */
const ALGORITHMS: Readonly<Record<string, Signing>> = {
  RS256: { hash: 'sha256', key: 'rsa' },
  RS384: { hash: 'sha384', key: 'rsa' },
  RS512: { hash: 'sha512', key: 'rsa' },
  PS256: { hash: 'sha256', key: 'rsa', isPss: true },
  PS384: { hash: 'sha384', key: 'rsa', isPss: true },
  PS512: { hash: 'sha512', key: 'rsa', isPss: true },
  ES256: { hash: 'sha256', key: 'ec' },
  ES384: { hash: 'sha384', key: 'ec' },
  ES512: { hash: 'sha512', key: 'ec' },
  EdDSA: { hash: null, key: 'ed25519' },
};

export interface AssertionKey {
  readonly algorithm: string;
  /** PEM. */
  readonly privateKey: string;
  readonly keyId?: string | undefined;
}

/** A JWT with these claims. @throws Error where the key does not fit the algorithm; nothing of it is in the message */
export function signAssertion(
  claims: Readonly<Record<string, unknown>>,
  { algorithm, privateKey, keyId }: AssertionKey,
): string {
  const signing = ALGORITHMS[algorithm];
  if (!signing) throw new Error(`there is no algorithm ${JSON.stringify(algorithm)} to sign with`);
  const key = keyOf(privateKey);
  if (key.asymmetricKeyType !== signing.key) throw new Error(`the private key is none for ${algorithm}`);
  const header = { alg: algorithm, typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) };
  const text = `${encode(header)}.${encode(claims)}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const options = { key, dsaEncoding: 'ieee-p1363' as const, ...(signing.isPss && pss) };
  return `${text}.${sign(signing.hash, Buffer.from(text), options).toString('base64url')}`;
}

function keyOf(pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error('the private key cannot be read');
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
