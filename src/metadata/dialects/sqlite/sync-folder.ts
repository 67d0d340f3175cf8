import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the name of the file at `path` durable. */
export async function syncFolderOf(path: string): Promise<void> {
  const handle = await open(dirname(path), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
