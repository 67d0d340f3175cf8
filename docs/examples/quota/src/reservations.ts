import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import {
  Clock,
  PluginDatabase,
  type PluginMigrations,
  RegistryError,
  RepositoryCatalog,
  type RepositoryName,
} from '@berth/sdk';
import { type PrefixLimit, QuotaConfig } from './quota.config.js';

interface Tables {
  /** Bytes that are on their way, by what brings them. */
  reservations: { upload: string; prefix: string; bytes: number; expiresAt: number };
}

export const migrations: PluginMigrations = {
  '0001-reservations': {
    up: async (tables) => {
      await tables.schema
        .createTable('reservations')
        .addColumn('upload', 'varchar(200)', (column) => column.notNull())
        .addColumn('prefix', 'varchar(255)', (column) => column.notNull())
        .addColumn('bytes', 'bigint', (column) => column.notNull())
        .addColumn('expiresAt', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('reservations_key', ['upload', 'prefix'])
        .execute();
    },
  },
};

@Injectable()
export class Reservations {
  constructor(
    private readonly config: QuotaConfig,
    private readonly database: PluginDatabase,
    private readonly catalog: RepositoryCatalog,
    private readonly clock: Clock,
  ) {}

  /**
   * Reserves `bytes` for `upload` under every limit of `repository`, in place of what it had reserved before. Transactions run one after
   * the other, so that of two pushes at once the second sees what the first has reserved.
   *
   * @throws RegistryError DENIED where a limit would be exceeded; then nothing is reserved
   */
  async reserve(repository: RepositoryName, upload: string, bytes: number): Promise<void> {
    const limits = this.config.limitsOf(repository);
    if (limits.length === 0) return;
    await this.database.transaction<Tables, unknown>(async (tables) => {
      await tables.deleteFrom('reservations').where('expiresAt', '<=', this.clock.now()).execute();
      await tables.deleteFrom('reservations').where('upload', '=', upload).execute();
      for (const { prefix, limit } of limits) {
        const used = await this.used(tables, prefix);
        if (used + bytes > limit)
          throw new RegistryError('DENIED', {
            message: 'the quota is exceeded',
            detail: { prefix, limit, used, requested: bytes },
          });
        const expiresAt = this.clock.now() + this.config.expiry;
        await tables.insertInto('reservations').values({ upload, prefix, bytes, expiresAt }).execute();
      }
    });
  }

  async release(upload: string): Promise<void> {
    await this.database.transaction<Tables, unknown>((tables) =>
      tables.deleteFrom('reservations').where('upload', '=', upload).execute(),
    );
  }

  /** How much of every limit is used. */
  usage(): Promise<(PrefixLimit & { readonly used: number })[]> {
    return this.database.transaction<Tables, (PrefixLimit & { readonly used: number })[]>((tables) =>
      Promise.all(
        this.config.limits.map(async (one) => ({
          prefix: one.prefix,
          limit: one.limit,
          used: await this.used(tables, one.prefix),
        })),
      ),
    );
  }

  /** What is reserved first, then what is held: a blob committed in between counts twice, and never not at all. */
  private async used(tables: Transaction<Tables>, prefix: RepositoryName): Promise<number> {
    const { reserved } = await tables
      .selectFrom('reservations')
      .select(({ fn }) => fn.sum<number | string | null>('bytes').as('reserved'))
      .where('prefix', '=', prefix)
      .where('expiresAt', '>', this.clock.now())
      .executeTakeFirstOrThrow();
    return Number(reserved ?? 0) + (await this.catalog.bytesBelow(prefix));
  }
}
