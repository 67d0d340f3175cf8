import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginMigrations } from '@berth/sdk';
import { sql, type Transaction } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('long reads of a plugin', () => {
  beforeEach(async () => {
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();
  });

  const longReads = () => databases.databaseOf('quota', MIGRATIONS).longReads<QuotaTables>();

  it('see what was committed before they were asked, with its values', async () => {
    await add('team/app', 5);

    expect(await longReads().selectFrom('usage').selectAll().where('bytes', '=', 5).execute()).toEqual([
      { repository: 'team/app', bytes: 5 },
    ]);
  });

  it('leave the event loop its turns', async () => {
    const counted = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000)
      select count(*) as count from n`.execute(longReads());
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    expect((await counted).rows).toEqual([{ count: 3_000_000 }]);
    clearInterval(ticking);

    expect(turns).toBeGreaterThan(3);
  });

  it('reject with what SQLite says, and go on', async () => {
    await expect(sql`select x from nowhere`.execute(longReads())).rejects.toMatchObject({
      message: 'no such table: nowhere',
      code: 'SQLITE_ERROR',
    });
    expect(await longReads().selectFrom('usage').selectAll().execute()).toEqual([]);
  });

  it('cannot write', async () => {
    const writing = longReads().insertInto('usage').values({ repository: 'a', bytes: 1 }).execute();
    await expect(writing).rejects.toThrow('readonly');

    expect(await usage()).toEqual([]);
  });

  it('that are under way when the server closes are rejected', async () => {
    const reading = longReads().selectFrom('usage').selectAll().execute();
    const rejected = expect(reading).rejects.toThrow('is closed');
    await databases.close(1000);

    await rejected;
  });
});

describe('a long write of a plugin', () => {
  beforeEach(async () => {
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();
  });

  const longWrite = <Result>(work: (tables: Transaction<QuotaTables>) => Promise<Result>): Promise<Result> =>
    databases.databaseOf('quota', MIGRATIONS).longWrite(work);
  const put = (tables: Transaction<QuotaTables>, repository: string, bytes: number) =>
    tables.insertInto('usage').values({ repository, bytes }).executeTakeFirstOrThrow();

  it('is seen as a whole once it has ended, and says what it has changed', async () => {
    const { numInsertedOrUpdatedRows } = await longWrite(async (tables) => {
      const result = await put(tables, 'team/app', 5);
      expect(await usage()).toEqual([]);
      return result;
    });

    expect(numInsertedOrUpdatedRows).toBe(1n);
    expect(await usage()).toEqual([{ repository: 'team/app', bytes: 5 }]);
  });

  it('is undone as a whole where it throws or a statement fails, and the next one is not', async () => {
    await expect(
      longWrite(async (tables) => {
        await put(tables, 'team/app', 5);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await expect(
      longWrite(async (tables) => {
        await put(tables, 'team/app', 5);
        await put(tables, 'team/app', 6);
      }),
    ).rejects.toThrow(/UNIQUE/);
    await longWrite((tables) => put(tables, 'team/other', 7));

    expect(await usage()).toEqual([{ repository: 'team/other', bytes: 7 }]);
  });

  it('runs before or after every other, short ones among them, so that none loses anything', async () => {
    await add('team/app', 0);
    const count = async (tables: Transaction<QuotaTables>): Promise<void> => {
      const { bytes } = await tables.selectFrom('usage').select('bytes').executeTakeFirstOrThrow();
      await tables
        .updateTable('usage')
        .set({ bytes: bytes + 1 })
        .execute();
    };
    const database = databases.databaseOf('quota', MIGRATIONS);
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? longWrite(count) : database.transaction(count))),
    );

    expect(await usage()).toEqual([{ repository: 'team/app', bytes: 20 }]);
  });

  it('holds up no read', async () => {
    await longWrite(async (tables) => {
      await put(tables, 'team/app', 5);
      const database = databases.databaseOf('quota', MIGRATIONS);
      expect(await database.longReads<QuotaTables>().selectFrom('usage').selectAll().execute()).toEqual([]);
    });
  });

  it('that has not ended when the server closes is undone', async () => {
    const [begun, closing] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const writing = longWrite(async (tables) => {
      await put(tables, 'team/app', 5);
      begun.resolve(undefined);
      await closing.promise;
      await put(tables, 'team/other', 5);
    });
    const rejected = expect(writing).rejects.toThrow();
    await begun.promise;
    await databases.close(1000);
    closing.resolve(undefined);
    await rejected;
    databases = new SqlitePluginDatabases({ folder, durable: true });
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();

    expect(await usage()).toEqual([]);
  });
});

describe('a damaged file', () => {
  const spoil = (): void => {
    writeFileSync(join(folder, 'quota', 'plugin.db'), Buffer.alloc(8192, 'not a database '));
  };

  beforeEach(async () => {
    databases.databaseOf('quota', MIGRATIONS);
    await databases.open();
    await add('team/app', 5);
  });

  it('is begun anew when it is opened, and kept aside, where all that it held can be made again', async () => {
    await databases.close(1000);
    spoil();
    databases = new SqlitePluginDatabases({ folder, durable: true });
    databases.databaseOf('quota', MIGRATIONS, { isDerived: true });

    expect(await databases.open()).toEqual(new Map());
    expect(await usage()).toEqual([]);
    expect(readdirSync(join(folder, 'quota'))).toContain('plugin.db.damaged');
  });

  it('keeps any other plugin from working, and is left as it is', async () => {
    await databases.close(1000);
    spoil();
    databases = new SqlitePluginDatabases({ folder, durable: true });
    databases.databaseOf('quota', MIGRATIONS);

    expect([...(await databases.open()).keys()]).toEqual(['quota']);
    expect(readdirSync(join(folder, 'quota'))).not.toContain('plugin.db.damaged');
  });

  it('is put aside for an empty one when it is renewed, whoever has it open', async () => {
    const database = databases.databaseOf('quota', MIGRATIONS);
    await database.longReads<QuotaTables>().selectFrom('usage').selectAll().execute();
    await database.renew();

    expect(await usage()).toEqual([]);
    expect(await database.longReads<QuotaTables>().selectFrom('usage').selectAll().execute()).toEqual([]);
    await add('team/app', 7);
    expect(await usage()).toEqual([{ repository: 'team/app', bytes: 7 }]);
  });

  it('is told from one that is locked or gone', () => {
    const database = databases.databaseOf('quota', MIGRATIONS);
    const failure = (code: string) => new Error('x', { cause: Object.assign(new Error('y'), { code }) });

    expect(database.isDamage(failure('SQLITE_CORRUPT_VTAB'))).toBe(true);
    expect(database.isDamage(failure('SQLITE_NOTADB'))).toBe(true);
    expect(database.isDamage(failure('SQLITE_BUSY'))).toBe(false);
    expect(database.isDamage('SQLITE_CORRUPT')).toBe(false);
  });
});
