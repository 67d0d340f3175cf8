import { type Expression, sql, type SqlBool } from 'kysely';
import type { IndexDialect } from '../dialect/index-dialect.js';
import type { ReadScope } from './read-scope.js';

/** True where `repositoryId` is in `scope`. */
export function isInScope(
  dialect: IndexDialect,
  repositoryId: Expression<number>,
  scope: ReadScope,
): Expression<SqlBool> {
  return 'upTo' in scope
    ? sql<SqlBool>`${repositoryId} <= ${scope.upTo}`
    : dialect.isAmong(repositoryId, scope.repositories);
}
