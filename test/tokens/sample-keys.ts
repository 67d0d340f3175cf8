import {
  constants,
  createHmac,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  type SigningOptions,
} from 'node:crypto';

export interface SampleKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JsonWebKey;
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export function aKey(alg = 'ES256', kid = `key-${alg}`): SampleKey {
  const { privateKey, publicKey } = pairFor(alg);
  return { alg, kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } };
}

function pairFor(alg: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  return alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
}

export function jwksOf(...keys: readonly SampleKey[]): { readonly keys: readonly JsonWebKey[] } {
  return { keys: keys.map(({ jwk }) => jwk) };
}

export type Claims = Readonly<Record<string, unknown>>;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token signed with `key`; `header` replaces what its header would say. */
export function signed(key: SampleKey, claims: Claims, header: Claims = {}): string {
  const text = `${part({ typ: 'JWT', alg: key.alg, kid: key.kid, ...header })}.${part(claims)}`;
  const hash = key.alg === 'EdDSA' ? null : `sha${key.alg.slice(2)}`;
  const options: SigningOptions = key.alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : key.alg.startsWith('ES')
      ? { dsaEncoding: 'ieee-p1363' }
      : {};
  return `${text}.${sign(hash, Buffer.from(text), { key: key.privateKey, ...options }).toString('base64url')}`;
}

/** A token signed with a shared secret. */
export function signedWithSecret(secret: string, claims: Claims, header: Claims = {}): string {
  const text = `${part({ typ: 'JWT', alg: 'HS256', ...header })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** A token that nobody has signed. */
export function unsigned(claims: Claims, alg = 'none'): string {
  return `${part({ typ: 'JWT', alg })}.${part(claims)}.`;
}

/** What a token says, whoever signed it. */
export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
}
