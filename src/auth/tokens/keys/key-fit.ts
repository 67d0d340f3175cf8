import type { KeyObject } from 'node:crypto';

/** Shorter RSA keys can be broken, and jose refuses them. Bits. */
const SHORTEST_RSA = 2048;

const isRsa = ({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean =>
  type === 'rsa' && (details?.modulusLength ?? 0) >= SHORTEST_RSA;
const isCurve =
  (name: string) =>
  ({ asymmetricKeyDetails: details }: KeyObject): boolean =>
    details?.namedCurve === name;
const isEd25519 = ({ asymmetricKeyType: type }: KeyObject): boolean => type === 'ed25519';

/** The algorithms that are accepted, and which keys they go with. None takes a shared secret, so a public key is never one. */
const FITTING: Readonly<Record<string, (key: KeyObject) => boolean>> = {
  RS256: isRsa,
  RS384: isRsa,
  RS512: isRsa,
  PS256: isRsa,
  PS384: isRsa,
  PS512: isRsa,
  ES256: isCurve('prime256v1'),
  ES384: isCurve('secp384r1'),
  ES512: isCurve('secp521r1'),
  EdDSA: isEd25519,
  Ed25519: isEd25519,
};

export const ACCEPTED_ALGORITHMS: readonly string[] = Object.keys(FITTING);

export function keyFits(algorithm: string, key: KeyObject): boolean {
  return ACCEPTED_ALGORITHMS.includes(algorithm) && (FITTING[algorithm]?.(key) ?? false);
}
