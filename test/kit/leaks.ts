import { readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Foundations } from 'berth/testing';

/**
 * Files below `root` that no row of the database names, and what plugins have half written: bytes that somebody left behind.
 * Needs an open database.
 */
export async function strayFiles(root: string, { reader }: Foundations['database']): Promise<string[]> {
  const uploads = await reader.selectFrom('uploads').select('id').execute();
  const blobs = await reader.selectFrom('blobs').select('location').execute();
  const named = new Set([...uploads.map(({ id }) => join('uploads', id)), ...blobs.map(({ location }) => location)]);
  const folders = await Promise.all(['uploads', 'blobs', 'quarantine'].map((folder) => filesBelow(root, folder)));
  const files = folders.flat();
  return [...files.filter((file) => !named.has(file)), ...(await halfWritten(root))];
}

/** Files below `root` that this process has open. Where the system does not tell, none. */
export async function openFiles(root: string): Promise<string[]> {
  const paths = await Promise.all((await entriesOf('/proc/self/fd')).map(targetOf));
  return paths.filter((path) => path.startsWith(root));
}

/** A write of a plugin's files that has not become one. */
async function halfWritten(root: string): Promise<string[]> {
  const plugins = await entriesOf(join(root, 'plugins'));
  const files = await Promise.all(plugins.map((plugin) => entriesOf(join(plugin, 'incoming'))));
  return files.flat().map((file) => relative(root, file));
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(ifAbsent);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
}

/** Nothing was ever put aside where there is no folder for it. */
function ifAbsent(cause: unknown): [] {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
  throw cause;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map((name) => join(folder, name));
  } catch {
    // Only Linux has the descriptors of a process, and no plugin may have a folder.
    return [];
  }
}

/** `''` for a descriptor that has been closed meanwhile. */
async function targetOf(descriptor: string): Promise<string> {
  try {
    return await readlink(descriptor);
  } catch {
    return '';
  }
}
