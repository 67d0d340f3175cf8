import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginMigrations } from '@berth/sdk';
import { type Kysely, sql, type Transaction } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetadataError } from '../../metadata-error.js';
import { SqlitePluginDatabases } from './sqlite-plugin-databases.js';

interface QuotaTables {
  usage: { repository: string; bytes: number };
}

const MIGRATIONS: PluginMigrations = {
  '0001-usage': {
    up: async ({ schema }) => {
      await schema
        .createTable('usage')
        .addColumn('repository', 'text', (c) => c.primaryKey())
        .addColumn('bytes', 'integer', (c) => c.notNull())
        .execute();
    },
  },
};

let folder: string;
let databases: SqlitePluginDatabases;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-plugins-'));
  databases = new SqlitePluginDatabases({ folder, durable: true });
});

afterEach(async () => {
  await databases.close(1000);
  rmSync(folder, { recursive: true });
});

async function add(repository: string, bytes: number): Promise<void> {
  await databases.databaseOf('quota', MIGRATIONS).transaction(async (tables: Transaction<QuotaTables>) => {
    await tables.insertInto('usage').values({ repository, bytes }).execute();
  });
}

function usage(): Promise<QuotaTables['usage'][]> {
  return databases
    .databaseOf('quota', MIGRATIONS)
    .tables<QuotaTables>()
    .selectFrom('usage')
    .selectAll()
    .orderBy('repository')
    .execute();
}

describe('the database of a plugin', () => {
  it('has its tables before anybody asks for them, and keeps its rows over a restart', async () => {
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();
    await add('team/app', 5);
    await databases.close(1000);
    databases = new SqlitePluginDatabases({ folder, durable: true });
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();

    expect(await usage()).toEqual([{ repository: 'team/app', bytes: 5 }]);
    expect(readdirSync(join(folder, 'quota'))).toContain('plugin.db');
  });

  it('is not made for a plugin that neither migrates nor uses it', async () => {
    databases.databaseOf('idle', undefined);
    await databases.open();

    expect(readdirSync(folder)).toEqual([]);
  });

  it('is opened by its first use where there are no migrations', async () => {
    await databases.open();
    const database = databases.databaseOf('notes', undefined);
    await database.transaction(async (tables) => {
      await sql`create virtual table notes using fts5(text)`.execute(tables);
      await sql`insert into notes values ('a layer too many')`.execute(tables);
    });

    const { rows } = await sql`select text from notes where notes match ${'layer'}`.execute(database.tables());
    expect(rows).toEqual([{ text: 'a layer too many' }]);
  });

  it('is apart from that of another plugin', async () => {
    databases.databaseOf('quota', MIGRATIONS);
    databases.databaseOf('other', MIGRATIONS);
    await databases.open();
    await add('team/app', 5);

    const rows = databases.databaseOf('other', MIGRATIONS).tables<QuotaTables>().selectFrom('usage').selectAll();
    expect(await rows.execute()).toEqual([]);
  });

  it('cannot be used before the data is open, nor after it is closed', async () => {
    const database = databases.databaseOf('quota', MIGRATIONS);
    await expect(database.transaction(() => Promise.resolve())).rejects.toThrow('the plugin quota is not open');
    await expect(usage()).rejects.toThrow(MetadataError);
    await databases.open();
    await databases.close(1000);

    await expect(database.transaction(() => Promise.resolve())).rejects.toThrow('the plugin quota is closed');
  });

  it.each(['', 'Quota', 'a b', '../facts', 'a/b', 'a--b', '-a'])('is there for no plugin named %j', (name) => {
    expect(() => databases.databaseOf(name, undefined)).toThrow(MetadataError);
  });
});

describe('a transaction of a plugin', () => {
  beforeEach(async () => {
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();
  });

  it('is undone as a whole where it throws, and throws the same', async () => {
    const refusal = new Error('over the limit');
    const failed = databases.databaseOf('quota', MIGRATIONS).transaction(async (tables: Transaction<QuotaTables>) => {
      await tables.insertInto('usage').values({ repository: 'team/app', bytes: 5 }).execute();
      throw refusal;
    });

    await expect(failed).rejects.toBe(refusal);
    expect(await usage()).toEqual([]);
  });

  it('runs before or after every other, so that two that count lose nothing', async () => {
    await add('team/app', 0);
    const database = databases.databaseOf('quota', MIGRATIONS);
    const count = (): Promise<void> =>
      database.transaction(async (tables: Transaction<QuotaTables>) => {
        const { bytes } = await tables.selectFrom('usage').select('bytes').executeTakeFirstOrThrow();
        await tables
          .updateTable('usage')
          .set({ bytes: bytes + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, count));

    expect(await usage()).toEqual([{ repository: 'team/app', bytes: 20 }]);
  });

  it('holds up no read, and is seen by none before its end', async () => {
    const [begun, end] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const writing = databases.databaseOf('quota', MIGRATIONS).transaction(async (tables: Transaction<QuotaTables>) => {
      await tables.insertInto('usage').values({ repository: 'team/app', bytes: 5 }).execute();
      begun.resolve(undefined);
      await end.promise;
    });
    await begun.promise;
    expect(await usage()).toEqual([]);

    end.resolve(undefined);
    await writing;
    expect(await usage()).toHaveLength(1);
  });

  it('knows that it is one, and has none inside', async () => {
    await databases.databaseOf('quota', MIGRATIONS).transaction(async (tables) => {
      expect(tables.isTransaction).toBe(true);
      await expect(sql`begin`.execute(tables)).rejects.toThrow('within a transaction');
    });
  });

  it('that does not end is rolled back when the server has waited long enough', async () => {
    const begun = Promise.withResolvers<undefined>();
    void databases.databaseOf('quota', MIGRATIONS).transaction(async (tables: Transaction<QuotaTables>) => {
      await tables.insertInto('usage').values({ repository: 'team/app', bytes: 5 }).execute();
      begun.resolve(undefined);
      await new Promise(() => {});
    });
    await begun.promise;
    await databases.close(5);
    databases = new SqlitePluginDatabases({ folder, durable: true });
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();

    expect(await usage()).toEqual([]);
  });
});

describe('the migrations of a plugin', () => {
  it('that fail end the opening with the names of the plugin and the step, and leave the tables as they were', async () => {
    const broken: PluginMigrations = {
      ...MIGRATIONS,
      '0002-broken': {
        up: async ({ schema }) => {
          await schema.createTable('half').addColumn('id', 'integer').execute();
          await schema.dropTable('absent').execute();
        },
      },
    };
    databases.databaseOf('quota', broken);
    const failures = await databases.open();
    expect([...failures.keys()]).toEqual(['quota']);
    expect(failures.get('quota')?.message).toMatch(/migration 0002-broken of the plugin quota failed/);
    await databases.close(1000);

    // What the broken step had made is gone, so that the mended one can make it.
    databases = new SqlitePluginDatabases({ folder, durable: true });
    const mended = ({ schema }: Kysely<unknown>) => schema.createTable('half').addColumn('id', 'integer').execute();
    databases.databaseOf('quota', { ...MIGRATIONS, '0002-broken': { up: mended } });
    expect((await databases.open()).size).toBe(0);
  });

  it('that a newer plugin has run are refused by an older one', async () => {
    databases.databaseOf('quota', { ...MIGRATIONS, '0002-newer': { up: () => Promise.resolve() } });
    await databases.open();
    await databases.close(1000);
    databases = new SqlitePluginDatabases({ folder, durable: true });
    databases.databaseOf('quota', MIGRATIONS);

    const failures = await databases.open();
    expect(failures.get('quota')?.message).toMatch(/plugin quota were made by other migrations/);
  });
});
