import { Injectable } from '@nestjs/common';
import { PluginDatabase, type RepositoryName } from '@berth/sdk';
import type { PreferenceKind, PreferenceTables } from './preference-tables.js';

/** What users have marked a repository with. */
export interface Marks {
  /** Stars of all users. */
  readonly stars: number;
  /** By whoever asks. */
  readonly isStarred: boolean;
  readonly isBookmarked: boolean;
}

export const NO_MARKS: Marks = { stars: 0, isStarred: false, isBookmarked: false };

/** Names of one statement. */
const AT_ONCE = 500;

@Injectable()
export class PreferenceReader {
  constructor(private readonly database: PluginDatabase) {}

  /** What `user` has marked; nobody known has marked nothing. */
  async markedBy(user: string | undefined, kind: PreferenceKind): Promise<readonly RepositoryName[]> {
    if (user === undefined) return [];
    const rows = await this.database
      .tables<PreferenceTables>()
      .selectFrom('preferences')
      .select('repository')
      .where('user_name', '=', user)
      .where('kind', '=', kind)
      .orderBy('repository')
      .execute();
    return rows.map(({ repository }) => repository);
  }

  /** By the repository's name. */
  async marksOf(repositories: readonly string[], user: string | undefined): Promise<ReadonlyMap<string, Marks>> {
    const marks = new Map<string, Marks>();
    for (let at = 0; at < repositories.length; at += AT_ONCE) {
      const rows = await this.database
        .longReads<PreferenceTables>()
        .selectFrom('preferences')
        .select(['repository', 'kind', (e) => e.fn.countAll<number>().as('count')])
        .select((e) =>
          e.fn
            .max(
              e
                .case()
                .when('user_name', '=', user ?? null)
                .then(1)
                .else(0)
                .end(),
            )
            .as('own'),
        )
        .where('repository', 'in', repositories.slice(at, at + AT_ONCE) as RepositoryName[])
        .groupBy(['repository', 'kind'])
        .execute();
      for (const { repository, kind, count, own } of rows) {
        const known = marks.get(repository) ?? NO_MARKS;
        const isOwn = user !== undefined && own === 1;
        marks.set(
          repository,
          kind === 'star' ? { ...known, stars: count, isStarred: isOwn } : { ...known, isBookmarked: isOwn },
        );
      }
    }
    return marks;
  }
}
