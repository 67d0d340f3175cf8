import { describe, expect, it } from 'vitest';
import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import { HOOK_KINDS } from '../hooks/hook-kinds.js';
import * as ports from '../index.js';
import * as testing from './index.js';

const team = 'team' as RepositoryName;
const app = 'team/app' as RepositoryName;
const digest = `sha256:${'0'.repeat(64)}` as Digest;

interface Tables {
  numbers: { number: number };
}

describe('the fakes of the ports', () => {
  it('are one for each abstract class that a plugin may inject', () => {
    const abstract = Object.entries(ports).filter(
      ([, value]) => typeof value === 'function' && /^class \w+ \{\s*\}$/.test(String(value)),
    );
    expect(abstract.length).toBeGreaterThan(10);
    const names = abstract.filter(([name]) => name !== ports.CredentialBackends.name).map(([name]) => `Fake${name}`);
    expect(names.filter((name) => !(name in testing))).toEqual([]);
  });
});

describe('FakePluginDatabase', () => {
  it('has the tables of the migrations, and rolls back what a transaction throws', async () => {
    const database = await testing.FakePluginDatabase.open({
      '1': { up: async (tables) => tables.schema.createTable('numbers').addColumn('number', 'integer').execute() },
    });
    await database.transaction<Tables, unknown>((tables) =>
      tables.insertInto('numbers').values({ number: 1 }).execute(),
    );
    const failing = database.transaction<Tables, unknown>(async (tables) => {
      await tables.insertInto('numbers').values({ number: 2 }).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.tables<Tables>().selectFrom('numbers').selectAll().execute()).toEqual([{ number: 1 }]);
    await database.close();
  });
});

describe('FakeRepositoryCatalog', () => {
  it('counts the bytes of a prefix itself and of what lies below it, and of no other', async () => {
    const catalog = new testing.FakeRepositoryCatalog();
    catalog.put(team, 1);
    catalog.put(app, 10);
    catalog.put('teams' as RepositoryName, 100);
    expect(await catalog.bytesBelow(team)).toBe(11);
  });
});

describe('FakeChangeFeed', () => {
  it('gives what comes while it is followed, and ends when it is told to', async () => {
    const feed = new testing.FakeChangeFeed();
    const controller = new AbortController();
    const append = (): unknown =>
      feed.append({ at: 0, kind: 'tag.moved', repository: app, reference: 'a', digest, actor: undefined });
    append();
    const seen: number[] = [];
    for await (const batch of feed.follow({ after: 0, signal: controller.signal })) {
      seen.push(...batch.map(({ sequence }) => sequence));
      if (seen.length === 1) append();
      else controller.abort();
    }
    expect(seen).toEqual([1, 2]);
  });
});

describe('FakeMeter', () => {
  it('adds up each series for itself', () => {
    const meter = new testing.FakeMeter();
    const counter = meter.counter({ name: 'a_total', help: 'A.' });
    counter.add({ of: 'x' });
    counter.with({ of: 'x' }).add(2);
    counter.add({ of: 'y' });
    expect([meter.total('a_total', { of: 'x' }), meter.total('a_total', { of: 'y' })]).toEqual([3, 1]);
  });
});

describe('FakeBlobStore', () => {
  it('has no blob for a repository while it is quarantined', async () => {
    const store = new testing.FakeBlobStore();
    store.put(digest, new Uint8Array(3), [app]);
    expect(await store.stat(app, digest)).toEqual({ digest, size: 3 });
    expect(await store.quarantine({ store: 'default', digest })).toBe(true);
    expect(await store.stat(app, digest)).toBeUndefined();
    store.sources.set(digest, new Uint8Array(4));
    expect(await store.repair({ store: 'default', digest })).toBe('repaired');
    expect(await store.stat(app, digest)).toEqual({ digest, size: 4 });
  });
});

describe('anEvent', () => {
  it('is there for every hook, frozen, with the fields that it is given', () => {
    for (const name of Object.keys(HOOK_KINDS) as ports.HookName[]) expect(testing.anEvent(name)).toBeDefined();
    const event = testing.anEvent('upload.beforeStart', { declaredLength: 7 });
    expect([event.declaredLength, Object.isFrozen(event)]).toEqual([7, true]);
  });
});
