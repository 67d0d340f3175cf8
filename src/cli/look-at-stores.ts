import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '@berth/sdk';
import { buildContext } from '../bootstrap.js';
import type { Foundations } from '../app.module.js';
import { ConfigError } from '../config/config-error.js';
import { StorePlaces } from '../content/repositories/store-places.js';

/**
 * Which repositories lie in another store than the configuration says, in words. Reads the facts, as a server may be doing, and changes
 * nothing; there is nothing to say where there are none yet.
 *
 * @throws ConfigError where repositories lie in a store that the file at `path` does not name
 */
export async function lookAtStores(foundations: Foundations, path: string): Promise<readonly string[]> {
  const { config, database } = foundations;
  if (!(await isThere(join(config.storage.rootDirectory, 'berth.db')))) return [];
  const context = await buildContext(foundations);
  try {
    await database.open({ readOnly: true });
    const places = context.get(StorePlaces);
    await places.refuseUnknown();
    return await places.leftBehind();
  } catch (cause) {
    if (cause instanceof StorageError) {
      const { message } = cause;
      throw new ConfigError([{ file: path, key: 'storage', found: message, allowed: 'every store that is in use' }], {
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    return [`whether repositories lie where they should cannot be said: ${reason}`];
  } finally {
    await context.close();
    await database.close();
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
