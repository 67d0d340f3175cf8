import { mkdir } from 'node:fs/promises';
import { MetadataError } from '../../metadata-error.js';
import { RootLock } from './root-lock.js';

/** The locks of all folders that one server writes to: its own, and the roots of its other stores. */
export class RootLocks {
  private constructor(private readonly locks: readonly RootLock[]) {}

  /** Makes the folders where there are none. Takes all of the locks or none; MetadataError where one cannot be had. */
  static async take(folders: readonly string[]): Promise<RootLocks> {
    const locks: RootLock[] = [];
    try {
      for (const folder of folders) {
        await makeFolder(folder);
        locks.push(await RootLock.take(folder));
      }
      return new RootLocks(locks);
    } catch (cause) {
      for (const lock of locks) lock.release();
      throw cause;
    }
  }

  release(): void {
    for (const lock of this.locks) lock.release();
  }
}

/** MetadataError where that is impossible. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MetadataError(`The folder ${folder} cannot be used: ${reason}`, { cause });
  }
}
