import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRepositoryName, StorageError } from '@berth/sdk';
import { Changes } from '../../changes.js';
import { MetadataError } from '../../metadata-error.js';
import { Repositories } from '../../repositories.js';
import { makePrivate } from './private-file.js';
import { SqliteDatabase } from './sqlite.database.js';
import { WriteAheadLog } from './write-ahead-log.js';

let folder: string;
let flushes: number;
let flush: () => Promise<void>;
let database: SqliteDatabase;
let repositories: Repositories;

function databaseIn(folder: string, durable = true): SqliteDatabase {
  const openLog = (path: string): Promise<WriteAheadLog> =>
    WriteAheadLog.open(path, () => {
      flushes += 1;
      return flush();
    });
  return new SqliteDatabase({ folder, durable, openLog });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-sqlite-'));
  flushes = 0;
  flush = () => new Promise((resolve) => setImmediate(resolve));
  database = databaseIn(folder);
  await database.open();
  repositories = new Repositories(database, new Changes(database));
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const nameOf = (at: number) => parseRepositoryName(`repository-${String(at)}`) ?? expect.fail();

const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);

async function make(at: number, options?: { durable: boolean }): Promise<void> {
  await database.transaction(
    (facts) => repositories.ensure(facts, { name: nameOf(at), store: 'default', actor: undefined, at: 1 }),
    options,
  );
}

describe('transactions', () => {
  it('that come at once share a commit, so that fifty pay for few flushes', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, at) => make(at)));

    expect(flushes).toBeLessThanOrEqual(3);
    expect(await repositories.find(nameOf(49))).toBeDefined();
  });

  it('that come while a flush runs wait for one that begins after their commit', async () => {
    const flushing: (() => void)[] = [];
    flush = () => new Promise((resolve) => flushing.push(resolve));
    const settled: number[] = [];
    const first = make(1).then(() => settled.push(1));
    await expect.poll(() => flushing.length).toBe(1);
    const second = make(2).then(() => settled.push(2));
    await expect.poll(() => repositories.find(nameOf(2))).toBeDefined();

    flushing[0]?.();
    await first;
    expect(settled).toEqual([1]);
    await expect.poll(() => flushing.length).toBe(2);
    flushing[1]?.();
    await second;
    expect(settled).toEqual([1, 2]);
  });

  it('whose loss is harmless wait for no flush', async () => {
    flush = () => new Promise(() => {});
    await make(1, { durable: false });

    expect(flushes).toBe(0);
  });

  it('wait for no flush where the configuration says so', async () => {
    await database.close();
    database = databaseIn(folder, false);
    await database.open();
    repositories = new Repositories(database, new Changes(database));
    await make(1);

    expect(flushes).toBe(0);
  });

  it('are refused once a flush has failed, and reading goes on', async () => {
    await make(1);
    flush = () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
    expect(database.failure).toBeUndefined();

    await expect(make(2)).rejects.toBeInstanceOf(StorageError);
    expect(database.failure).toBeInstanceOf(StorageError);
    flush = () => Promise.resolve();
    await expect(make(3)).rejects.toBe(database.failure);
    await expect(make(4, { durable: false })).rejects.toBe(database.failure);
    expect(await repositories.find(nameOf(1))).toBeDefined();
  });
});

describe('an SQLite database', () => {
  it('keeps its facts when it is closed and opened again', async () => {
    await make(1);
    await database.close();
    database = databaseIn(folder);
    await database.open();

    expect(await new Repositories(database, new Changes(database)).find(nameOf(1))).toBeDefined();
  });

  it('whose migration breaks off after its first statement is as before, and is migrated by the next start', async () => {
    await make(1);
    await database.close();
    const connection = new SqliteConnection(join(folder, 'berth.db'));
    connection.exec(`
      alter table repositories drop column held_bytes;
      drop index uploads_by_digest;
      alter table uploads drop column digest;
      alter table tags drop column origin;
      drop table api_keys;
      drop table signing_keys;
      drop table upstream_holdings;
      drop index manifests_by_upstream;
      drop index memberships_by_upstream;
      delete from kysely_migration where name >= '0003-held-bytes';
      create trigger breaks before update on repositories begin select raise(abort, 'the power is gone'); end;
    `);
    await expect(databaseIn(folder).open()).rejects.toThrow('The migration 0003-held-bytes failed');
    connection.exec('drop trigger breaks');
    connection.close();

    database = databaseIn(folder);
    await database.open();
    expect(await new Repositories(database, new Changes(database)).find(nameOf(1))).toBeDefined();
  });

  it('from before tags had an origin gives each that of its manifest', async () => {
    await make(1);
    await database.close();
    const connection = new SqliteConnection(join(folder, 'berth.db'));
    const manifest = connection.prepare(`
      insert into manifests (repository_id, digest, media_type, size, origin, state, pushed_at, last_seen)
      values (1, ?, 'a/b', 1, ?, 'present', 1, 1) returning id`);
    for (const origin of ['pushed', 'mirrored']) {
      const { id } = manifest.get(`sha256:${origin}`, origin) as { readonly id: number };
      connection
        .prepare('insert into tags (repository_id, name, manifest_id, moved_at) values (1, ?, ?, 1)')
        .run(origin, id);
    }
    connection.exec(`
      alter table tags drop column origin;
      delete from kysely_migration where name = '0009-tag-origins';
    `);
    connection.close();

    database = databaseIn(folder);
    await database.open();
    const tags = await database.reader.selectFrom('tags').select(['name', 'origin']).orderBy('name').execute();
    expect(tags.map(({ name, origin }) => [name, origin])).toEqual([
      ['mirrored', 'mirrored'],
      ['pushed', 'pushed'],
    ]);
  });

  it('is read by nobody but its owner, since it holds keys, and neither is a copy', async () => {
    await make(1);
    const copyFolder = join(folder, 'copy');
    mkdirSync(copyFolder);
    await database.copyTo(copyFolder);

    const modes = ['berth.db', 'berth.db-wal', 'berth.db-shm', 'copy/berth.db'].map((name) => modeOf(name));
    expect(modes).toEqual(['600', '600', '600', '600']);
  });

  it('that others could read until now is taken from them, and left to its group', async () => {
    await make(1);
    chmodSync(join(folder, 'berth.db'), 0o644);
    chmodSync(join(folder, 'berth.db-wal'), 0o644);
    makePrivate(join(folder, 'berth.db'));

    expect([modeOf('berth.db'), modeOf('berth.db-wal')]).toEqual(['640', '640']);
  });

  it('is refused to a second server of the same folder', async () => {
    await expect(databaseIn(folder).open()).rejects.toThrow('in use by another server');
  });

  it('that is opened for reading takes no lock and no writes', async () => {
    await make(1);
    const reading = new SqliteDatabase({ folder, durable: true });
    await reading.open({ readOnly: true });

    expect(await new Repositories(reading, new Changes(reading)).find(nameOf(1))).toBeDefined();
    await expect(reading.transaction(async () => {})).rejects.toBeInstanceOf(MetadataError);
    await reading.close();
  });

  it('finishes what waits before it closes', async () => {
    const waiting = Array.from({ length: 10 }, (_, at) => make(at));
    await database.close();

    await expect(Promise.all(waiting)).resolves.toHaveLength(10);
  });

  it('says so where it is used before it is opened', async () => {
    const closed = new SqliteDatabase({ folder, durable: true });

    expect(() => closed.reader).toThrow(MetadataError);
    await expect(closed.transaction(async () => {})).rejects.toBeInstanceOf(MetadataError);
  });

  it('copies itself so that the copy opens with the same facts', async () => {
    await make(1);
    const copyFolder = mkdtempSync(join(tmpdir(), 'berth-sqlite-'));
    await database.copyTo(copyFolder);
    const copy = new SqliteDatabase({ folder: copyFolder, durable: false });
    await copy.open();

    expect(await new Repositories(copy, new Changes(copy)).find(nameOf(1))).toBeDefined();
    await copy.close();
    rmSync(copyFolder, { recursive: true });
  });
});
