import type { RegistryLogger } from '../../../logging/registry-logger.js';
import type { HashScheme } from '../../hashing/password-hash.js';
import type { HtpasswdFile, LineRemark } from './htpasswd-file.js';

/** A file that is none of htpasswd's would fill the log. */
const LINES_AT_MOST = 20;

const WEAK: Partial<Record<HashScheme, string>> = {
  apr1: 'apr1, as htpasswd makes it without -B',
  sha1: '{SHA}, as htpasswd -s makes it',
};

/** Says what was read, and what is wrong with it: numbers of lines, never a name or a hash. */
export function tellOfHtpasswd(
  { users, malformed, repeated }: HtpasswdFile,
  path: string,
  logger: RegistryLogger,
): void {
  logger.info({ path, users: users.size }, 'the htpasswd file has been read');
  tellOfLines(malformed, 'a line of the htpasswd file is left out');
  tellOfLines(repeated, 'a user stands twice in the htpasswd file');
  for (const [scheme, name] of Object.entries(WEAK)) {
    const count = [...users.values()].filter((hash) => hash.scheme === scheme).length;
    if (count > 0) logger.warn({ path, users: count }, `weak hashes in the htpasswd file: ${name}; use htpasswd -B`);
  }

  function tellOfLines(remarks: readonly LineRemark[], message: string): void {
    for (const { line, reason } of remarks.slice(0, LINES_AT_MOST)) logger.warn({ path, line, reason }, message);
    const more = remarks.length - LINES_AT_MOST;
    if (more > 0) logger.warn({ path, lines: more }, `${message}: so it is with more lines`);
  }
}
