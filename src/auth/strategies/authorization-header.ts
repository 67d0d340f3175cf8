import type { Credentials } from '@berth/sdk';
import { faultOfCredentials } from '../credentials/plain-credentials.js';

/** What a request says of who sends it, taken from its Authorization header. */
export type Authorization =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'basic'; readonly credentials: Credentials }
  | { readonly scheme: 'bearer'; readonly token: string }
  /** There is a header, and nothing can be made of it. `reason` says why and holds nothing of it. */
  | { readonly scheme: 'malformed'; readonly reason: string };

/** The colon behind the scheme is what people type by hand. */
const BASIC = /^basic:? +([a-z0-9+/_-]+={0,2}) *$/i;
const BEARER = /^bearer:? +([a-z0-9._~+/-]+=*) *$/i;
const NONE: Authorization = { scheme: 'none' };

/** `rawHeaders`: as Node has them, names and values in turn; of several headers it would show one only. RFC 7617, RFC 6750 */
export function parseAuthorization(header: string | undefined, rawHeaders: readonly string[]): Authorization {
  if (header === undefined) return NONE;
  if (isRepeated(rawHeaders)) return malformed('several Authorization headers');
  const bearer = BEARER.exec(header)?.[1];
  if (bearer !== undefined) return { scheme: 'bearer', token: bearer };
  const basic = BASIC.exec(header)?.[1];
  return basic === undefined ? malformed('neither Basic nor Bearer credentials') : parseBasic(basic);
}

function parseBasic(encoded: string): Authorization {
  const text = decode(Buffer.from(encoded, 'base64'));
  const colon = text.indexOf(':');
  if (colon < 0) return malformed('Basic credentials without a colon');
  const credentials = { user: text.slice(0, colon), password: text.slice(colon + 1) };
  const fault = faultOfCredentials(credentials);
  return fault === undefined ? { scheme: 'basic', credentials } : malformed(fault);
}

/** Clients send UTF-8, and old ones Latin-1. RFC 7617 section 3 */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

/** Node shows the first of several headers only. */
export function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  return count > 1;
}

function malformed(reason: string): Authorization {
  return { scheme: 'malformed', reason };
}
