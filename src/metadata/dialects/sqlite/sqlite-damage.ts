import { rename, rm } from 'node:fs/promises';

/** True where `error`, or what caused it, says that a file holds no whole database. https://sqlite.org/rescode.html#corrupt */
export function isSqliteDamage(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && /^SQLITE_(CORRUPT|NOTADB)/.test(String(at.code))) return true;
  }
  return false;
}

/** What follows a file in write-ahead mode. */
const FOLLOWERS = ['-wal', '-shm'];

/** Moves a database out of the way that nobody has open, in place of what was put there before. Gives where it is now. */
export async function putAside(path: string): Promise<string> {
  const aside = `${path}.damaged`;
  for (const end of FOLLOWERS) await rm(`${path}${end}`, { force: true });
  await rename(path, aside);
  return aside;
}
