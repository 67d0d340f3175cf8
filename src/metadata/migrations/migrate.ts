import { Migrator } from 'kysely/migration';
import { MetadataError } from '../metadata-error.js';
import type { Facts } from '../schema.js';
import { factsMigration } from './0001-facts.js';
import { jobRunsMigration } from './0002-job-runs.js';
import { heldBytesMigration } from './0003-held-bytes.js';
import { apiKeysMigration } from './0004-api-keys.js';
import { signingKeysMigration } from './0005-signing-keys.js';
import { unfinishedFillsMigration } from './0006-unfinished-fills.js';
import { upstreamHoldingsMigration } from './0008-upstream-holdings.js';
import { tagOriginsMigration } from './0009-tag-origins.js';
import type { DialectName } from './column-types.js';

/** Brings the database up to the newest schema. Throws MetadataError naming the step that failed. */
export async function migrate(facts: Facts, dialect: DialectName): Promise<void> {
  const migrator = new Migrator({
    db: facts,
    provider: {
      getMigrations: () =>
        Promise.resolve({
          '0001-facts': factsMigration(dialect),
          '0002-job-runs': jobRunsMigration(dialect),
          '0003-held-bytes': heldBytesMigration(),
          '0004-api-keys': apiKeysMigration(dialect),
          '0005-signing-keys': signingKeysMigration(dialect),
          '0006-unfinished-fills': unfinishedFillsMigration(dialect),
          '0008-upstream-holdings': upstreamHoldingsMigration(dialect),
          '0009-tag-origins': tagOriginsMigration(dialect),
        }),
    },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw new MetadataError(
    failed === undefined
      ? 'The database holds a schema that this version does not know: it was written by a newer one.'
      : `The migration ${failed} failed; the database is as it was before it.`,
    { cause: error },
  );
}
