import { Injectable } from '@nestjs/common';
import { sql, type Transaction } from 'kysely';
import type { IndexTables } from '../tables/index-tables.js';
import { FullText } from '../dialect/full-text.js';
import { IndexDialect } from '../dialect/index-dialect.js';
import { SBOM_TYPES, SIGNATURE_TYPES } from './attached.js';
import { ManifestDescriptions } from './manifest-descriptions.js';
import { type ManifestKey, pairOf } from './manifest-key.js';
import { UntaggedRows } from './untagged-rows.js';

type Tables = Transaction<IndexTables>;

/** Indexes of indexes of indexes: nobody builds deeper ones. */
const DEEPEST = 6;

/** What rows say of each other: indexes of what they name, images of what is attached to them, manifests without a tag. */
@Injectable()
export class ManifestRelations {
  constructor(
    private readonly descriptions: ManifestDescriptions,
    private readonly text: FullText,
    private readonly untagged: UntaggedRows,
    private readonly dialect: IndexDialect,
  ) {}

  /** After manifests were put. `defersUntagged`: that is done for their repositories once their tags are known. */
  async put(tables: Tables, ids: readonly number[], { defersUntagged = false } = {}): Promise<void> {
    if (ids.length === 0) return;
    await this.describe(tables, ids);
    const subjects = await this.#subjectsOf(tables, ids);
    await this.count(tables, [...ids, ...(await this.#held(tables, subjects))]);
    if (!defersUntagged) await this.untagged.refresh(tables, [...ids, ...(await this.childrenOf(tables, ids))]);
  }

  /** Describes manifests anew, then the indexes that name them, and those that name these: each has what the ones before it have. */
  async describe(tables: Tables, ids: readonly number[]): Promise<void> {
    const indexes = await this.#indexesAmong(tables, ids);
    let level: readonly number[] = ids.filter((id) => !indexes.has(id));
    let waiting: Iterable<number> = indexes;
    for (let depth = 0; depth < DEEPEST; depth++) {
      if (level.length > 0) await this.#describeLevel(tables, level);
      level = [...new Set([...waiting, ...(await this.parentsOf(tables, level))])];
      waiting = [];
      if (level.length === 0) return;
    }
  }

  async #describeLevel(tables: Tables, ids: readonly number[]): Promise<void> {
    await this.descriptions.refresh(tables, ids);
    await tables
      .updateTable('images')
      .set({
        size: sql<number>`coalesce((select m.total_size from manifests as m where m.id = images.manifest_id), 0)`,
      })
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
      .execute();
  }

  async #indexesAmong(tables: Tables, ids: readonly number[]): Promise<ReadonlySet<number>> {
    if (ids.length === 0) return new Set();
    const rows = await tables
      .selectFrom('manifests')
      .select('id')
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .where('kind', '=', 'index')
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  /** Counts anew what is attached. Signatures may be told by a tag alone, as cosign does. */
  async count(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const attached = sql`from manifests as r where r.subject = manifests.digest and r.repository_id = manifests.repository_id`;
    const tagged = (suffix: string) => sql`exists (select 1 from images as t where t.name =
      (select p.name from repositories as p where p.id = manifests.repository_id)
      || ':' || replace(manifests.digest, ':', '-') || ${suffix})`;
    const ofTypes = (types: readonly string[], suffix: string) =>
      sql<number>`(select count(*) ${attached} and r.artifact_type in (${sql.join(types)}))
        + (case when ${tagged(suffix)} then 1 else 0 end)`;
    await tables
      .updateTable('manifests')
      .set({
        referrers: sql<number>`(select count(*) ${attached})`,
        signatures: ofTypes(SIGNATURE_TYPES, '.sig'),
        sboms: ofTypes(SBOM_TYPES, '.sbom'),
      })
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .execute();
  }

  /** Takes from indexes, subjects and children what they had of manifests that are gone. To be asked before, with `forget` behind it. */
  async beforeRemoval(tables: Tables, ids: readonly number[]): Promise<() => Promise<void>> {
    const [parents, children, subjects] = [
      await this.parentsOf(tables, ids),
      await this.childrenOf(tables, ids),
      await this.#held(tables, await this.#subjectsOf(tables, ids)),
    ];
    return async () => {
      await this.describe(tables, parents);
      await this.count(tables, subjects);
      await this.untagged.refresh(tables, children);
    };
  }

  /** The images of manifests that are gone. */
  async removeImages(tables: Tables, manifestIds: readonly number[]): Promise<void> {
    if (manifestIds.length === 0) return;
    const gone = await tables
      .deleteFrom('images')
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), manifestIds))
      .returning('id')
      .execute();
    await this.text.remove(
      tables,
      'image',
      gone.map(({ id }) => id),
    );
    await this.text.remove(tables, 'manifest', manifestIds);
  }

  async parentsOf(tables: Tables, ids: readonly number[]): Promise<readonly number[]> {
    if (ids.length === 0) return [];
    const rows = await tables
      .selectFrom('manifests as m')
      .innerJoin('children as c', (join) =>
        join.onRef('c.digest', '=', 'm.digest').onRef('c.repository_id', '=', 'm.repository_id'),
      )
      .select('c.manifest_id as id')
      .distinct()
      .where((e) => this.dialect.isAmong(e.ref('m.id'), ids))
      .execute();
    return rows.map(({ id }) => id);
  }

  async childrenOf(tables: Tables, ids: readonly number[]): Promise<readonly number[]> {
    if (ids.length === 0) return [];
    const rows = await tables
      .selectFrom('children as c')
      .innerJoin('manifests as m', (join) =>
        join.onRef('m.digest', '=', 'c.digest').onRef('m.repository_id', '=', 'c.repository_id'),
      )
      .select('m.id')
      .distinct()
      .where((e) => this.dialect.isAmong(e.ref('c.manifest_id'), ids))
      .execute();
    return rows.map(({ id }) => id);
  }

  async #subjectsOf(tables: Tables, ids: readonly number[]): Promise<readonly ManifestKey[]> {
    if (ids.length === 0) return [];
    const rows = await tables
      .selectFrom('manifests')
      .select(['repository_id as repositoryId', 'subject'])
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .where('subject', 'is not', null)
      .execute();
    return rows.flatMap(({ repositoryId, subject }) => (subject === null ? [] : [{ repositoryId, digest: subject }]));
  }

  async #held(tables: Tables, keys: readonly ManifestKey[]): Promise<readonly number[]> {
    if (keys.length === 0) return [];
    const rows = await tables
      .selectFrom('manifests')
      .select('id')
      .where((e) => this.dialect.arePairAmong([e.ref('repository_id'), e.ref('digest')], keys.map(pairOf)))
      .execute();
    return rows.map(({ id }) => id);
  }
}
