import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PluginDatabase } from '@berth/sdk';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { NOTHING, type RunCounts } from './run-counts.js';
import type { RunTables } from './run-tables.js';

export type RunOutcome = 'succeeded' | 'failed' | 'aborted';

/** Times are milliseconds since the epoch. */
export interface RecordedRun {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** `undefined`: it is under way, or was interrupted. */
  readonly outcome: RunOutcome | undefined;
  readonly counts: RunCounts;
}

/** The last run of each entry of `registries`, so that a restart neither forgets nor repeats one. */
@Injectable()
export class RunRecords {
  constructor(private readonly database: PluginDatabase) {}

  async last(registry: UpstreamRegistry): Promise<RecordedRun | undefined> {
    const row = await this.database
      .tables<RunTables>()
      .selectFrom('periodic_runs')
      .selectAll()
      .where('entry', '=', entryOf(registry))
      .executeTakeFirst();
    if (!row) return undefined;
    const { started_at: startedAt, ended_at: endedAt, outcome, counts } = row;
    return {
      startedAt,
      endedAt: endedAt ?? undefined,
      outcome: (outcome ?? undefined) as RunOutcome | undefined,
      counts: JSON.parse(counts) as RunCounts,
    };
  }

  started(registry: UpstreamRegistry, at: number): Promise<void> {
    return this.#write(registry, { startedAt: at, endedAt: undefined, outcome: undefined, counts: NOTHING });
  }

  ended(registry: UpstreamRegistry, run: RecordedRun): Promise<void> {
    return this.#write(registry, run);
  }

  /** Drops what is of no entry any more. */
  async keepOnly(registries: readonly UpstreamRegistry[]): Promise<void> {
    const entries = registries.map(entryOf);
    await this.database.transaction<RunTables, unknown>((tables) => {
      const rows = tables.deleteFrom('periodic_runs');
      return (entries.length === 0 ? rows : rows.where('entry', 'not in', entries)).execute();
    });
  }

  async #write(registry: UpstreamRegistry, { startedAt, endedAt, outcome, counts }: RecordedRun): Promise<void> {
    const run = {
      upstream: registry.name,
      started_at: startedAt,
      ended_at: endedAt ?? null,
      outcome: outcome ?? null,
      counts: JSON.stringify(counts),
    };
    await this.database.transaction<RunTables, unknown>((tables) =>
      tables
        .insertInto('periodic_runs')
        .values({ entry: entryOf(registry), ...run })
        .onConflict((conflict) => conflict.column('entry').doUpdateSet(run))
        .execute(),
    );
  }
}

/** With other rules it is another entry, so that what they take is fetched soon. */
function entryOf({ config }: UpstreamRegistry): string {
  const { urls, content, namespaces, platforms, onlySigned, syncLegacyCosignTags } = config;
  const rules = JSON.stringify([urls, content, namespaces, platforms, onlySigned, syncLegacyCosignTags]);
  return createHash('sha256').update(rules).digest('hex');
}
