declare const digestBrand: unique symbol;

/** `algorithm:encoded`, checked. Two digests are the same only if they are the same string. */
export type Digest = string & { readonly [digestBrand]: never };

/** The registered algorithms Berth keeps content under, and how many hexadecimal digits each has. */
export const DIGEST_ALGORITHMS = { sha256: 64, sha512: 128 } as const;

export type DigestAlgorithm = keyof typeof DIGEST_ALGORITHMS;

const LOWER_HEX = /^[0-9a-f]+$/;

/** True for an algorithm that Berth can verify. */
export function isDigestAlgorithm(text: string): text is DigestAlgorithm {
  return Object.hasOwn(DIGEST_ALGORITHMS, text);
}

/** `text` as a digest of a supported algorithm, or `undefined`. image-spec descriptor.md#digests */
export function parseDigest(text: string): Digest | undefined {
  const colon = text.indexOf(':');
  const algorithm = text.slice(0, colon);
  const encoded = text.slice(colon + 1);
  if (colon < 0 || !isDigestAlgorithm(algorithm)) return undefined;
  if (encoded.length !== DIGEST_ALGORITHMS[algorithm] || !LOWER_HEX.test(encoded)) return undefined;
  return text as Digest;
}

/** The digest that `encoded` hexadecimal digits of `algorithm` make. */
export function digestOf(algorithm: DigestAlgorithm, encoded: string): Digest {
  return `${algorithm}:${encoded}` as Digest;
}

/** The part before the colon. */
export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.slice(0, digest.indexOf(':')) as DigestAlgorithm;
}

/** The part after the colon: lower-case hexadecimal digits. */
export function encodedOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
