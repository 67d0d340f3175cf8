import { Injectable } from '@nestjs/common';
import { type Digest, PluginDatabase, type RepositoryName, type Tag } from '@berth/sdk';
import { sql } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { Term } from '../language/query-tree.js';
import type { ReadScope } from '../read/read-scope.js';
import { isInScope } from '../read/scope-condition.js';
import type { IndexTables } from '../tables/index-tables.js';

/** The layers of images that others may be built on. */
@Injectable()
export class BaseResolver {
  constructor(
    private readonly database: PluginDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** What stands for the layers of the image that `term` names, or of each of an index; nothing of what may not be read. */
  async chainsOf(term: Extract<Term, { field: 'base' }>, scope: ReadScope): Promise<readonly string[]> {
    const { repository, reference } = term;
    let named = this.database
      .longReads<IndexTables>()
      .selectFrom('manifests as m')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .select('m.id')
      .where((e) => isInScope(this.dialect, e.ref('m.repository_id'), scope));
    if (repository !== undefined) named = named.where('r.name', '=', repository as RepositoryName);
    named = reference.includes(':')
      ? named.where('m.digest', '=', reference as Digest)
      : named.where('m.id', 'in', (e) =>
          e
            .selectFrom('images as t')
            .select('t.manifest_id')
            .where('t.tag', '=', reference as Tag)
            .where('t.name', '=', `${repository ?? ''}:${reference}`),
        );
    const rows = await this.database
      .longReads<IndexTables>()
      .selectFrom('manifests as m')
      .select('m.chain')
      .distinct()
      .where('m.chain', 'is not', null)
      .where((e) =>
        e.or([
          e('m.id', 'in', named),
          sql<boolean>`m.id in (select held.id from children as c
            join manifests as held on held.digest = c.digest and held.repository_id = c.repository_id
            where c.manifest_id in (${named}))`,
        ]),
      )
      .execute();
    return rows.flatMap(({ chain }) => (chain === null ? [] : [chain]));
  }
}
