import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Digest, parseDigest } from '@berth/sdk';

/** The files below `folder`, however deep, by their path from there; none where it does not exist. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * The digests that the files in a server's blob folder hold, one for each file.
 *
 * @throws Error for a file whose path says no digest: nothing else belongs there.
 */
export async function storedDigests(rootDirectory: string): Promise<readonly Digest[]> {
  const files = await filesBelow(join(rootDirectory, 'blobs'));
  return files.map((file) => {
    const [algorithm = '', , name = ''] = file.split(sep);
    const digest = parseDigest(`${algorithm}:${name.split('.', 1)[0] ?? ''}`);
    if (!digest) throw new Error(`${file} does not belong into the blob folder`);
    return digest;
  });
}
