import { Injectable } from '@nestjs/common';
import { PluginDatabase, type RepositoryName } from '@berth/sdk';
import type { Transaction } from 'kysely';
import { PreferenceFiles, type UserMarks } from './preference-files.js';
import type { PreferenceKind, PreferenceTables } from './preference-tables.js';

type Tables = Transaction<PreferenceTables>;

/** Most repositories that one user may mark in one way, so that nobody fills the disk with them. */
const MOST = 10_000;
/** Rows of one statement. */
const AT_ONCE = 500;

/** Which repositories users have marked: in a table to be asked, and in files to make it of again. */
@Injectable()
export class Preferences {
  #restoring: Promise<void> | undefined;
  /** False once it is known that there is nothing to make the table of again. */
  #hasFiles = true;
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: PluginDatabase,
    private readonly files: PreferenceFiles,
  ) {}

  /** Has the table say what the files do, where it was begun anew. To be awaited before the table is asked. */
  async restored(): Promise<void> {
    if (!this.#hasFiles || (await this.#hasRows())) return;
    this.#restoring ??= this.#restore().finally(() => {
      this.#restoring = undefined;
    });
    await this.#restoring;
  }

  /** Marks the repository, or takes the mark away. False where the user has marked too many. */
  async toggle(user: string, kind: PreferenceKind, repository: RepositoryName): Promise<boolean> {
    await this.restored();
    return this.#afterOthers(async () => {
      const changed = await this.database.transaction<PreferenceTables, UserMarks | undefined>(async (tables) => {
        const row = { user_name: user, kind, repository };
        const mark = tables.deleteFrom('preferences').where((e) => e.and(row));
        const { numDeletedRows } = await mark.executeTakeFirst();
        if (numDeletedRows === 0n) {
          if ((await countOf(tables, user, kind)) >= MOST) return undefined;
          await tables.insertInto('preferences').values(row).execute();
        }
        return marksOf(tables, user);
      });
      if (!changed) return false;
      this.#hasFiles = true;
      await this.files.save(changed);
      return true;
    });
  }

  /** A repository that comes back under the name is another one. */
  async forget(repository: RepositoryName): Promise<void> {
    await this.restored();
    await this.#afterOthers(async () => {
      const changed = await this.database.transaction<PreferenceTables, UserMarks[]>(async (tables) => {
        const gone = tables.deleteFrom('preferences').where('repository', '=', repository);
        const users = new Set((await gone.returning('user_name').execute()).map((row) => row.user_name));
        const marks: UserMarks[] = [];
        for (const user of users) marks.push(await marksOf(tables, user));
        return marks;
      });
      for (const marks of changed) await this.files.save(marks);
    });
  }

  async #hasRows(): Promise<boolean> {
    const tables = this.database.tables<PreferenceTables>();
    return (await tables.selectFrom('preferences').select('kind').limit(1).executeTakeFirst()) !== undefined;
  }

  async #restore(): Promise<void> {
    const found = await this.files.all();
    this.#hasFiles = found.length > 0;
    await this.database.transaction<PreferenceTables, unknown>(async (tables) => {
      for (const { user, marks } of found) {
        const rows = marks.map(({ kind, repository }) => ({ user_name: user, kind, repository }));
        for (let at = 0; at < rows.length; at += AT_ONCE)
          await tables
            .insertInto('preferences')
            .values(rows.slice(at, at + AT_ONCE))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
      }
    });
  }

  /** The file of a user has to say what the last change left. */
  #afterOthers<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastSave.then(work, work);
    this.#lastSave = result;
    return result;
  }
}

async function countOf(tables: Tables, user: string, kind: PreferenceKind): Promise<number> {
  const { count } = await tables
    .selectFrom('preferences')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('user_name', '=', user)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return count;
}

async function marksOf(tables: Tables, user: string): Promise<UserMarks> {
  const marks = await tables
    .selectFrom('preferences')
    .select(['kind', 'repository'])
    .where('user_name', '=', user)
    .orderBy('kind')
    .orderBy('repository')
    .execute();
  return { user, marks };
}
