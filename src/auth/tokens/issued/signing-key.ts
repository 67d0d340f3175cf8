import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Jose } from '../jose.js';
import { keyFits } from '../keys/key-fit.js';

/** What a key signs with: the first that it fits. */
const PREFERRED = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'] as const;

/** A key that tokens are signed with. */
export interface SigningKey {
  /** The thumbprint of the public key (RFC 7638), so that it is the same in every process. */
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** `pem` as a signing key. Throws an Error that says what is wrong with it, and nothing of it. */
export async function parseSigningKey(jose: Jose, pem: string): Promise<SigningKey> {
  const privateKey = privateKeyOf(pem);
  const publicKey = createPublicKey(privateKey);
  const alg = PREFERRED.find((algorithm) => keyFits(algorithm, publicKey));
  if (alg === undefined)
    throw new Error('it is no key of a kind that signs tokens: EC (P-256, P-384, P-521), Ed25519, or RSA of 2048 bits');
  return { kid: await jose.calculateJwkThumbprint(await jose.exportJWK(publicKey)), alg, privateKey, publicKey };
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // Not as the cause: an error of OpenSSL may quote what it could not read.
    throw new Error('it is no PEM private key without a passphrase');
  }
}
