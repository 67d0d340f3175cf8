import { isSection, type Section } from '@berth/sdk';

const THREE_PARTS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/;

/** True where `text` is a signed token by its form: a password of that form is worth asking those who verify tokens. */
export function looksLikeToken(text: string): boolean {
  const header = partOf(text, 1);
  return typeof header?.['alg'] === 'string' && partOf(text, 2) !== undefined;
}

/** Whom the token claims to be from: a claim, to choose who verifies it, and nothing more. `undefined` where it says nothing. */
export function claimedIssuerOf(token: string): string | undefined {
  const issuer = partOf(token, 2)?.['iss'];
  return typeof issuer === 'string' ? issuer : undefined;
}

/** The header, or the claims, of a token. */
function partOf(token: string, part: 1 | 2): Section | undefined {
  const text = THREE_PARTS.exec(token)?.[part];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isSection(value) ? value : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
