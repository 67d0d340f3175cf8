import { createHash } from 'node:crypto';

/** Two texts have the same only if they are the same. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
