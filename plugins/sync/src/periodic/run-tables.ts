import type { PluginMigrations } from '@berth/sdk';

/** Times are milliseconds since the epoch. */
export interface RunTables {
  periodic_runs: {
    /** Which entry of `registries`, and what of it decides what a run does. */
    entry: string;
    upstream: string;
    started_at: number;
    /** `null`: it is under way, or was interrupted. */
    ended_at: number | null;
    outcome: string | null;
    /** JSON of what it came to. */
    counts: string;
  };
  /** When an upstream was asked last what refers to a manifest. */
  referrers_asked: { repository: string; digest: string; asked_at: number; is_signed: number };
}

export const MIGRATIONS: PluginMigrations = {
  '0001_periodic_runs': {
    async up(tables) {
      await tables.schema
        .createTable('periodic_runs')
        .addColumn('entry', 'text', (column) => column.primaryKey())
        .addColumn('upstream', 'text', (column) => column.notNull())
        .addColumn('started_at', 'integer', (column) => column.notNull())
        .addColumn('ended_at', 'integer')
        .addColumn('outcome', 'text')
        .addColumn('counts', 'text', (column) => column.notNull())
        .execute();
      await tables.schema
        .createTable('referrers_asked')
        .addColumn('repository', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('asked_at', 'integer', (column) => column.notNull())
        .addColumn('is_signed', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('referrers_asked_key', ['repository', 'digest'])
        .execute();
    },
  },
};
