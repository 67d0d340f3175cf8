import { Injectable } from '@nestjs/common';
import { Clock, type Digest, PluginDatabase, type RepositoryName } from '@berth/sdk';
import type { RunTables } from './run-tables.js';

/** So long an upstream is not asked again what refers to a manifest, in milliseconds. */
const HOLDS = 24 * 3_600_000;
/** What nobody asks for so long belongs to nothing that is mirrored. */
const FORGOTTEN_AFTER = 7 * HOLDS;

/** What refers to a manifest may come later, and nothing of the manifest changes then: so it is asked for again, but not by each run. */
@Injectable()
export class AskedReferrers {
  constructor(
    private readonly database: PluginDatabase,
    private readonly clock: Clock,
  ) {}

  /** `undefined`: it is time to ask. */
  async recall(repository: RepositoryName, digest: Digest): Promise<{ readonly isSigned: boolean } | undefined> {
    const row = await this.database
      .tables<RunTables>()
      .selectFrom('referrers_asked')
      .select(['asked_at', 'is_signed'])
      .where('repository', '=', repository)
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!row) return undefined;
    const age = this.clock.now() - row.asked_at;
    return age >= 0 && age < HOLDS ? { isSigned: row.is_signed === 1 } : undefined;
  }

  async asked(repository: RepositoryName, digest: Digest, isSigned: boolean): Promise<void> {
    const row = { asked_at: this.clock.now(), is_signed: isSigned ? 1 : 0 };
    await this.database.transaction<RunTables, unknown>((tables) =>
      tables
        .insertInto('referrers_asked')
        .values({ repository, digest, ...row })
        .onConflict((conflict) => conflict.columns(['repository', 'digest']).doUpdateSet(row))
        .execute(),
    );
  }

  async forgetOld(): Promise<void> {
    const before = this.clock.now() - FORGOTTEN_AFTER;
    await this.database.transaction<RunTables, unknown>((tables) =>
      tables.deleteFrom('referrers_asked').where('asked_at', '<', before).execute(),
    );
  }
}
