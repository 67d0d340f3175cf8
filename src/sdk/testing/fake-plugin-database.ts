import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type Transaction } from 'kysely';
import { PluginDatabase, type PluginMigrations } from '../ports/plugin-database.js';

/** A SQLite database in memory, with the plugin's tables. */
export class FakePluginDatabase extends PluginDatabase {
  readonly dialect = 'sqlite';
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private kysely: Kysely<unknown>,
    private readonly migrations: PluginMigrations,
  ) {
    super();
  }

  /** Makes one, and its tables by `migrations` in the order of their names. */
  static async open(migrations: PluginMigrations = {}): Promise<FakePluginDatabase> {
    return new FakePluginDatabase(await migrated(migrations), migrations);
  }

  async renew(): Promise<void> {
    await this.kysely.destroy();
    this.kysely = await migrated(this.migrations);
  }

  isDamage(error: unknown): boolean {
    return error instanceof Error && error.message === 'damaged';
  }

  tables<Tables>(): Kysely<Tables> {
    return this.kysely as Kysely<Tables>;
  }

  longReads<Tables>(): Kysely<Tables> {
    return this.tables();
  }

  transaction<Tables, Result>(work: (tables: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    const run = (): Promise<Result> => this.tables<Tables>().transaction().execute(work);
    const result = this.last.then(run, run);
    // Whoever began it is told of a failure; the next one does not fail for it.
    this.last = result.catch(() => undefined);
    return result;
  }

  longWrite<Tables, Result>(work: (tables: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.transaction(work);
  }

  close(): Promise<void> {
    return this.kysely.destroy();
  }
}

async function migrated(migrations: PluginMigrations): Promise<Kysely<unknown>> {
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database: openInMemory() }) });
  const ordered = Object.entries(migrations).sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [, migration] of ordered) await migration.up(kysely);
  return kysely;
}

type KyselyDatabase = Extract<ConstructorParameters<typeof SqliteDialect>[0]['database'], { close(): void }>;

/** Node's own SQLite, as Kysely wants a database: it gives statements no `reader`, and takes parameters one by one. */
function openInMemory(): KyselyDatabase {
  const database = new DatabaseSync(':memory:');
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      const parametersOf = (values: readonly unknown[]): (string | number | bigint | null | Uint8Array)[] =>
        values as (string | number | bigint | null | Uint8Array)[];
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...parametersOf(values)),
        run: (values) => statement.run(...parametersOf(values)),
        iterate: (values) => statement.iterate(...parametersOf(values)),
      };
    },
  };
}
