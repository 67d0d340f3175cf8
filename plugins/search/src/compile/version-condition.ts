import { type Expression, sql, type SqlBool } from 'kysely';
import { type Comparator, Range, SemVer } from 'semver';
import { VERSION_CORE_LENGTH, versionCore, versionKey } from '../indexing/version-key.js';

const OPERATORS: Readonly<Record<string, string>> = { '': '=', '=': '=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };

/** True where `version`, a key as `versionKey` makes it, is in a range of npm's. A pre-release is where the range names one of its numbers. */
export function isInRange(version: Expression<string | null>, text: string): Expression<SqlBool> {
  const range = new Range(text);
  const alternatives = range.set.map((comparators) => {
    const conditions = comparators.flatMap((comparator) => conditionOf(version, comparator));
    return sql<SqlBool>`(${sql.join([...conditions, isReleaseOr(version, comparators)], sql` and `)})`;
  });
  return sql<SqlBool>`(${version} is not null and (${sql.join(alternatives, sql` or `)}))`;
}

/** A comparator that takes everything has no version. */
function conditionOf(version: Expression<string | null>, { semver, operator }: Comparator): Expression<SqlBool>[] {
  if (!(semver instanceof SemVer)) return [];
  const key = versionKey(semver.version);
  const compared = OPERATORS[operator];
  if (key === undefined || compared === undefined) return [sql<SqlBool>`false`];
  return [sql<SqlBool>`${version} ${sql.raw(compared)} ${key}`];
}

function isReleaseOr(version: Expression<string | null>, comparators: readonly Comparator[]): Expression<SqlBool> {
  const cores = comparators
    .filter(({ semver }) => semver instanceof SemVer && semver.prerelease.length > 0)
    .map(({ semver: { major, minor, patch } }) => versionCore([major, minor, patch]));
  const core = sql`substr(${version}, 1, ${VERSION_CORE_LENGTH})`;
  const isRelease = sql<SqlBool>`substr(${version}, ${VERSION_CORE_LENGTH + 1}, 1) = '~'`;
  if (cores.length === 0) return isRelease;
  return sql<SqlBool>`(${isRelease} or ${core} in (${sql.join(cores)}))`;
}
