import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PluginFiles, type RepositoryName } from '@berth/sdk';
import type { PreferenceKind } from './preference-tables.js';

/** What one user has marked. */
export interface UserMarks {
  readonly user: string;
  readonly marks: readonly { readonly kind: PreferenceKind; readonly repository: RepositoryName }[];
}

/** Files that users are spread over by the hash of their name: as few as can be looked through, each as small as can be rewritten. */
const FILES = 64;

/**
 * What users have marked, beside the tables of the plugin: those are begun anew where they are damaged, and nothing in the registry tells
 * who has marked what. Saving is for one at a time.
 */
@Injectable()
export class PreferenceFiles {
  constructor(private readonly files: PluginFiles) {}

  async save(saved: UserMarks): Promise<void> {
    const number = createHash('sha256').update(saved.user).digest()[0] ?? 0;
    const name = nameOf(number % FILES);
    const others = (await this.#read(name)).filter(({ user }) => user !== saved.user);
    const kept = saved.marks.length > 0 ? [...others, saved] : others;
    if (kept.length === 0) await this.files.remove(name);
    else await this.files.write(name, Buffer.from(JSON.stringify(kept)));
  }

  async all(): Promise<readonly UserMarks[]> {
    const found: UserMarks[] = [];
    for (let number = 0; number < FILES; number += 1) found.push(...(await this.#read(nameOf(number))));
    return found;
  }

  async #read(name: string): Promise<readonly UserMarks[]> {
    const bytes = await this.files.read(name);
    return bytes ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly UserMarks[]) : [];
  }
}

function nameOf(number: number): string {
  return `preferences/${String(number)}.json`;
}
