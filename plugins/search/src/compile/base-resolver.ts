import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import type { SelectQueryBuilder } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { Term } from '../language/query-tree.js';
import type { ReadScope } from '../read/read-scope.js';
import { isInScope } from '../read/scope-condition.js';
import type { IndexTables, ManifestsTable } from '../tables/index-tables.js';
import { IndexDatabase } from '../tables/index-database.js';

type BaseTerm = Extract<Term, { field: 'base' | 'base-of' }>;
type Named = SelectQueryBuilder<IndexTables & { readonly m: ManifestsTable }, 'm', object>;

/** More than any image has layers, for as many platforms as there are. */
const MOST_CHAINS = 2000;

/** The layers of images that others may be built on, as texts that stand for them. Nothing of what may not be read. */
@Injectable()
export class BaseResolver {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** Of all layers of the image that `term` names, or of each image of an index. */
  async chainsOf(term: BaseTerm, scope: ReadScope): Promise<readonly string[]> {
    const rows = await this.#named(term, scope)
      .select('m.chain')
      .distinct()
      .where('m.chain', 'is not', null)
      .limit(MOST_CHAINS)
      .execute();
    return rows.flatMap(({ chain }) => (chain === null ? [] : [chain]));
  }

  /** Of the lowest layer alone, of the two lowest, and so on, but for all of them. */
  async chainsBelow(term: BaseTerm, scope: ReadScope): Promise<readonly string[]> {
    const rows = await this.#named(term, scope)
      .innerJoin('layers as l', 'l.manifest_id', 'm.id')
      .select('l.chain')
      .distinct()
      .whereRef('m.layer_count', '>', (e) => e('l.position', '+', 1))
      .limit(MOST_CHAINS)
      .execute();
    return rows.map(({ chain }) => chain);
  }

  /** The manifest that the term names, and those that it names itself, where it is an index. */
  #named({ repository, reference }: BaseTerm, scope: ReadScope): Named {
    const tables = this.database.reader;
    let named = tables
      .selectFrom('manifests as n')
      .innerJoin('repositories as r', 'r.id', 'n.repository_id')
      .select('n.id')
      .where((e) => isInScope(this.dialect, e.ref('n.repository_id'), scope));
    if (repository !== undefined) named = named.where('r.name', '=', repository as RepositoryName);
    const whole = `${repository ?? ''}:${reference}`;
    named = reference.includes(':')
      ? named.where('n.digest', '=', reference as Digest)
      : named.where('n.id', 'in', (e) =>
          e.selectFrom('images as t').select('t.manifest_id').where('t.name', '=', whole),
        );
    const members = tables
      .selectFrom('children as c')
      .innerJoin('manifests as held', (join) =>
        join.onRef('held.digest', '=', 'c.digest').onRef('held.repository_id', '=', 'c.repository_id'),
      )
      .select('held.id')
      .where('c.manifest_id', 'in', named);
    return tables.selectFrom('manifests as m').where((e) => e.or([e('m.id', 'in', named), e('m.id', 'in', members)]));
  }
}
