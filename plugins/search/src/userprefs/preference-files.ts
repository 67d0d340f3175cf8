import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { PluginFiles, type RepositoryName } from '@berth/sdk';
import type { PreferenceKind } from './preference-tables.js';

/** What one user has marked. */
export interface UserMarks {
  readonly user: string;
  readonly marks: readonly { readonly kind: PreferenceKind; readonly repository: RepositoryName }[];
}

const FOLDER = 'preferences';

/**
 * A file for each user. The tables of the plugin are made anew where they are damaged, and nothing in the registry tells who has marked
 * what.
 */
@Injectable()
export class PreferenceFiles {
  constructor(private readonly files: PluginFiles) {}

  async save(saved: UserMarks): Promise<void> {
    const name = `${FOLDER}/${createHash('sha256').update(saved.user).digest('hex')}.json`;
    if (saved.marks.length === 0) await this.files.remove(name);
    else await this.files.write(name, Buffer.from(JSON.stringify(saved)));
  }

  async all(): Promise<readonly UserMarks[]> {
    const names = await namesIn(join(await this.files.folder(), FOLDER));
    const found: UserMarks[] = [];
    for (const name of names) {
      const bytes = await this.files.read(`${FOLDER}/${name}`);
      if (bytes) found.push(JSON.parse(Buffer.from(bytes).toString('utf8')) as UserMarks);
    }
    return found;
  }
}

/** Nobody may have marked anything yet. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
}
