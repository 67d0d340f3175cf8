import { parsePasswordHash, type PasswordHash } from '../../hashing/password-hash.js';

/** What is to be said of a line: its number, counted from one, and nothing of what it holds. */
export interface LineRemark {
  readonly line: number;
  readonly reason: string;
}

export interface HtpasswdFile {
  readonly users: ReadonlyMap<string, PasswordHash>;
  /** Lines that give no user. */
  readonly malformed: readonly LineRemark[];
  /** Lines that give a user whom a line before gave already. */
  readonly repeated: readonly LineRemark[];
}

type ParsedLine =
  | { readonly kind: 'user'; readonly user: string; readonly hash: PasswordHash }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Takes away a byte order mark, too. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const ASCII = /^[\x00-\x7f]*$/;

/** A control character would let a name write into a log what it likes. */
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Lines of `user:hash`, what stands behind a second colon being left out as Apache does. Where a user stands twice, the last line
 * counts: so it is in zot, and so a password that was changed by adding a line has changed.
 */
export function parseHtpasswd(bytes: Uint8Array): HtpasswdFile {
  const users = new Map<string, PasswordHash>();
  const malformed: LineRemark[] = [];
  const repeated: LineRemark[] = [];
  const lineOf = new Map<string, number>();
  linesOf(bytes).forEach((text, index) => {
    const line = index + 1;
    const parsed = parseLine(text);
    if (parsed.kind === 'malformed') malformed.push({ line, reason: parsed.reason });
    if (parsed.kind !== 'user') return;
    const before = lineOf.get(parsed.user);
    if (before !== undefined) repeated.push({ line, reason: `it counts instead of line ${before}` });
    users.set(parsed.user, parsed.hash);
    lineOf.set(parsed.user, line);
  });
  return { users, malformed, repeated };
}

/** A character for each byte, so that one line that is no UTF-8 spoils no other. */
function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').split('\n');
}

/** `undefined` where it is no UTF-8. */
function decoded(line: string): string | undefined {
  if (ASCII.test(line)) return line;
  try {
    return UTF8.decode(Buffer.from(line, 'latin1'));
  } catch {
    return undefined;
  }
}

function parseLine(line: string): ParsedLine {
  const text = decoded(line)?.trim();
  if (text === undefined) return { kind: 'malformed', reason: 'it is not UTF-8' };
  if (text === '' || text.startsWith('#')) return { kind: 'nothing' };
  const [user, hash] = text.split(':', 2);
  if (user === undefined || hash === undefined) return { kind: 'malformed', reason: 'it has no colon' };
  if (user === '') return { kind: 'malformed', reason: 'it has no user' };
  if (CONTROL.test(user)) return { kind: 'malformed', reason: 'its user has a control character' };
  const parsed = parsePasswordHash(hash);
  return parsed.kind === 'hash'
    ? { kind: 'user', user, hash: parsed.hash }
    : { kind: 'malformed', reason: `it has ${parsed.reason}` };
}
