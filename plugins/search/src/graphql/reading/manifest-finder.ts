import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName, ScannedImage } from '@berth/sdk';
import { IndexDialect } from '../../dialect/index-dialect.js';
import type { ReadScope } from '../../read/read-scope.js';
import { isInScope } from '../../read/scope-condition.js';
import { IndexDatabase } from '../../tables/index-database.js';

/** Digests of one statement. */
const AT_ONCE = 500;

/** Rows of `manifests`, whether a tag names them or not. */
@Injectable()
export class ManifestFinder {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  async find(repository: RepositoryName, digest: Digest, scope: ReadScope): Promise<number | undefined> {
    const [id] = await this.among([{ repository, digest }], scope);
    return id;
  }

  /** Those that are there and may be read, in any order. */
  async among(wanted: readonly ScannedImage[], scope: ReadScope): Promise<readonly number[]> {
    const keys = new Set(wanted.map(keyOf));
    const digests = [...new Set(wanted.map(({ digest }) => digest))];
    const ids: number[] = [];
    for (let at = 0; at < digests.length; at += AT_ONCE) {
      const rows = await this.database.reader
        .selectFrom('manifests as m')
        .innerJoin('repositories as r', 'r.id', 'm.repository_id')
        .select(['m.id', 'm.digest', 'r.name as repository'])
        .where('m.digest', 'in', digests.slice(at, at + AT_ONCE))
        .where((e) => isInScope(this.dialect, e.ref('m.repository_id'), scope))
        .execute();
      ids.push(...rows.filter((row) => keys.has(keyOf(row))).map(({ id }) => id));
    }
    return ids;
  }
}

function keyOf({ repository, digest }: ScannedImage): string {
  return `${repository}@${digest}`;
}
