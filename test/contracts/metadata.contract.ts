import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_STORE, type Digest } from '@berth/sdk';
import type { Database } from '../../src/metadata/database.js';
import { describeContent } from './metadata-content.contract.js';
import { describeEvictions } from './metadata-evictions.contract.js';
import { type MetadataNouns, nounsOver } from './metadata-nouns.js';
import { AT, aManifestRow, aRepository, digestOfText, nameOf, putBlob } from './metadata-samples.js';
import { describeStoredBlobs } from './metadata-stored-blobs.contract.js';

export interface DatabaseUnderTest {
  /** Not open yet, and empty. */
  readonly database: Database;
  readonly dispose: () => Promise<void> | void;
}

/** What every database of facts does, whatever its dialect. */
export function describeMetadata(name: string, make: () => Promise<DatabaseUnderTest> | DatabaseUnderTest): void {
  describe(`${name}, as the keeper of facts`, () => {
    let underTest: DatabaseUnderTest;
    let nouns: MetadataNouns;
    beforeAll(async () => {
      underTest = await make();
      await underTest.database.open();
      nouns = nounsOver(underTest.database);
    });
    afterAll(async () => {
      await underTest.database.close();
      await underTest.dispose();
    });

    describeTransactions(() => nouns);
    describeRepositories(() => nouns);
    describeContent(() => nouns);
    describeStoredBlobs(() => nouns);
    describeEvictions(() => nouns);
    describeUploads(() => nouns);
    describeLeases(() => nouns);
    describePulls(() => nouns);
    describeSigningKeys(() => nouns);
  });
}

function describeTransactions(of: () => MetadataNouns): void {
  it('shows a reader what was committed, at once', async () => {
    const { name } = await aRepository(of());

    expect(await of().repositories.find(name)).toMatchObject({ store: DEFAULT_STORE });
  });

  it('rolls back all that a transaction did which throws, and passes its error on', async () => {
    const refusal = new Error('no');
    const name = nameOf('rolled/back');
    const work = of().database.transaction(async (facts) => {
      await of().repositories.ensure(facts, { name, store: DEFAULT_STORE, actor: undefined, at: AT });
      throw refusal;
    });
    await expect(work).rejects.toBe(refusal);

    expect(await of().repositories.find(name)).toBeUndefined();
    const changes = await of()
      .database.reader.selectFrom('changes')
      .select('kind')
      .where('repository', '=', name)
      .execute();
    expect(changes).toEqual([]);
  });

  it('undoes the one that fails of many at once, and keeps the others', async () => {
    const { repositories, database } = of();
    const names = Array.from({ length: 20 }, (_, at) => nameOf(`many/repository-${String(at)}`));
    const outcomes = await Promise.allSettled(
      names.map((name, at) =>
        database.transaction(async (facts) => {
          await repositories.ensure(facts, { name, store: DEFAULT_STORE, actor: undefined, at: AT });
          if (at % 5 === 3) throw new Error('this one not');
          // A statement that the database itself refuses: the name is taken.
          if (at % 5 === 4) {
            const row = { name, store: DEFAULT_STORE, upstream: null, created_at: AT };
            await facts.insertInto('repositories').values(row).execute();
          }
        }),
      ),
    );

    for (const [at, { status }] of outcomes.entries()) {
      const isKept = at % 5 < 3;
      expect(status).toBe(isKept ? 'fulfilled' : 'rejected');
      expect(await repositories.find(names[at] ?? expect.fail())).toEqual(isKept ? expect.anything() : undefined);
    }
  });

  it('runs transactions one after the other, each on what the one before left', async () => {
    const { id } = await aRepository(of());
    const digest = digestOfText('counted');
    await Promise.all(
      Array.from({ length: 30 }, () =>
        of().database.transaction(async (facts) => {
          const query = facts.selectFrom('pull_statistics').select('pulls').where('repository_id', '=', id);
          const row = await query.executeTakeFirst();
          const pulls = (row?.pulls ?? 0) + 1;
          await facts.deleteFrom('pull_statistics').where('repository_id', '=', id).execute();
          await facts
            .insertInto('pull_statistics')
            .values({ repository_id: id, digest, pulls, last_pulled: AT })
            .execute();
        }),
      ),
    );

    const { pulls } = await of()
      .database.reader.selectFrom('pull_statistics')
      .select('pulls')
      .where('repository_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(pulls).toBe(30);
  });

  it('does not show a reader what is not committed yet', async () => {
    const name = nameOf('not/yet');
    let seen: unknown = 'nothing was asked';
    await of().database.transaction(async (facts) => {
      await of().repositories.ensure(facts, { name, store: DEFAULT_STORE, actor: undefined, at: AT });
      seen = await of().repositories.find(name);
    });

    expect(seen).toBeUndefined();
    expect(await of().repositories.find(name)).toBeDefined();
  });
}

function describeRepositories(of: () => MetadataNouns): void {
  it('makes a repository once, and tells of it in the changes once', async () => {
    const { name, id } = await aRepository(of());
    const again = await of().database.transaction((facts) =>
      of().repositories.ensure(facts, { name, store: DEFAULT_STORE, actor: undefined, at: AT }),
    );

    expect(again).toMatchObject({ id, created: false });
    const query = of().database.reader.selectFrom('changes').select(['kind', 'actor']).where('repository', '=', name);
    expect(await query.execute()).toEqual([{ kind: 'repository.created', actor: 'ann' }]);
  });

  it('lists repositories that hold a manifest in byte order, after the last, and no more than asked', async () => {
    const { database, repositories, manifests } = of();
    for (const name of ['zz/list-b', 'zz/list-a', 'zz/list-a/x', 'zz/list_a', 'zz/list-c', 'zz/list-empty']) {
      await database.transaction(async (facts) => {
        const { id } = await repositories.ensure(facts, {
          name: nameOf(name),
          store: DEFAULT_STORE,
          actor: undefined,
          at: AT,
        });
        if (!name.endsWith('empty')) await manifests.put(facts, aManifestRow(id, `in ${name}`));
      });
    }

    const all = ['zz/list-a', 'zz/list-a/x', 'zz/list-b', 'zz/list-c', 'zz/list_a'];
    expect(await repositories.list({ last: 'zz/list', limit: 10 })).toEqual(all);
    expect(await repositories.list({ last: 'zz/list-a', limit: 2 })).toEqual(all.slice(1, 3));
    expect(await repositories.list({ last: 'zz/list_a', limit: 10 })).toEqual([]);
  });

  it('removes a repository that holds nothing, with its statistics, and no other', async () => {
    const { database, repositories, pulls } = of();
    const [empty, full] = [await aRepository(of()), await aRepository(of())];
    await pulls.add([{ repositoryId: empty.id, digest: digestOfText('x'), pulls: 1, lastPulled: AT }]);
    await database.transaction((facts) => putBlob(of(), facts, full.id, 'held by the full one'));
    const ids = [empty.id, full.id];

    expect(await repositories.empty(ids)).toEqual([empty.id]);
    expect(await database.transaction((facts) => repositories.removeEmpty(facts, ids, AT))).toEqual([empty.name]);
    expect(await repositories.find(empty.name)).toBeUndefined();
    expect(await repositories.find(full.name)).toBeDefined();
  });
}

function describeUploads(of: () => MetadataNouns): void {
  const repository = nameOf('uploads/here');
  const start = (id: string, at = AT) =>
    of().database.transaction((facts) =>
      of().uploads.start(facts, { id, repository, store: DEFAULT_STORE, algorithm: 'sha512', actor: undefined, at }),
    );

  it('finds an upload in its own repository alone', async () => {
    await start('u-1');

    expect(await of().uploads.find(repository, 'u-1')).toMatchObject({ id: 'u-1', algorithm: 'sha512' });
    expect(await of().uploads.find(nameOf('uploads/there'), 'u-1')).toBeUndefined();
    expect(await of().uploads.known(['u-1', 'nobody'])).toEqual(new Set(['u-1']));
  });

  it('finds the fetches of a blob from an upstream by repository and digest, the newest first, and no push', async () => {
    const digest = digestOfText('fetched');
    const begin = (id: string, more: { at?: number; in?: string; digest?: Digest }) =>
      of().database.transaction((facts) =>
        of().uploads.start(facts, {
          ...{ id, repository: nameOf(more.in ?? 'uploads/fills'), store: DEFAULT_STORE, algorithm: 'sha256' },
          ...{ actor: undefined, at: more.at ?? AT, ...(more.digest && { digest: more.digest }) },
        }),
      );
    await begin('older', { at: AT - 1000, digest });
    await begin('newer', { digest });
    await begin('elsewhere', { in: 'uploads/other', digest });
    await begin('another', { digest: digestOfText('another') });
    await begin('push', {});

    expect(await of().uploads.fillsOf(nameOf('uploads/fills'), digest)).toEqual([
      { id: 'newer', store: DEFAULT_STORE },
      { id: 'older', store: DEFAULT_STORE },
    ]);
  });

  it('removes an upload once', async () => {
    await start('u-2');
    const remove = () => of().database.transaction((facts) => of().uploads.remove(facts, 'u-2'));

    expect([await remove(), await remove()]).toEqual([true, false]);
  });

  it('removes as stale only what nobody has seen since', async () => {
    for (const id of ['stale-1', 'stale-2', 'stale-3']) await start(id, AT - 1000);
    await of().database.transaction((facts) => of().uploads.touch(facts, 'stale-2', AT));
    const removeStale = (id: string) => of().database.transaction((facts) => of().uploads.removeStale(facts, id, AT));
    const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

    expect(ids(await of().uploads.stale({ before: AT, stores: [DEFAULT_STORE], after: 'stale', limit: 9 }))).toEqual([
      'stale-1',
      'stale-3',
    ]);
    expect(ids(await of().uploads.stale({ before: AT, stores: [DEFAULT_STORE], after: 'stale-1', limit: 1 }))).toEqual([
      'stale-3',
    ]);
    expect([await removeStale('stale-1'), await removeStale('stale-2')]).toEqual([true, false]);
  });
}

function describeLeases(of: () => MetadataNouns): void {
  it('gives a lease to one holder until it runs out or is given up', async () => {
    const request = { name: 'lease-1', duration: 100 };
    const acquire = (holder: string, now: number) => of().leases.acquire({ ...request, holder, now });

    expect(await acquire('a', 0)).toEqual({ name: 'lease-1', holder: 'a', fence: 1 });
    expect(await acquire('b', 99)).toBeUndefined();
    expect(await acquire('b', 100)).toEqual({ name: 'lease-1', holder: 'b', fence: 2 });
    await of().leases.release({ name: 'lease-1', holder: 'a' });
    expect(await acquire('a', 150)).toBeUndefined();
    await of().leases.release({ name: 'lease-1', holder: 'b' });
    expect(await acquire('a', 150)).toMatchObject({ fence: 3 });
  });

  it('renews the lease of its holder under the same fence', async () => {
    const acquire = (holder: string, now: number) =>
      of().leases.acquire({ name: 'lease-2', holder, now, duration: 100 });
    await acquire('a', 0);

    expect(await acquire('a', 90)).toMatchObject({ fence: 1 });
    expect(await acquire('b', 150)).toBeUndefined();
  });

  it('gives a lease that many ask for at once to one of them', async () => {
    const asked = ['a', 'b', 'c', 'd'].map((holder) =>
      of().leases.acquire({ name: 'lease-3', holder, now: 0, duration: 100 }),
    );

    expect((await Promise.all(asked)).filter((lease) => lease !== undefined)).toHaveLength(1);
  });
}

function describePulls(of: () => MetadataNouns): void {
  it('adds up pulls, and forgets those of a repository that is gone', async () => {
    const { id } = await aRepository(of());
    const digest = digestOfText('pulled');
    const count = (repositoryId: number, pulls: number, lastPulled: number) => ({
      repositoryId,
      digest,
      pulls,
      lastPulled,
    });
    await of().pulls.add([count(id, 2, AT), count(999_999, 1, AT)]);
    await of().pulls.add([count(id, 3, AT + 1)]);

    const query = of().database.reader.selectFrom('pull_statistics').select(['repository_id', 'pulls', 'last_pulled']);
    const rows = await query.where('digest', '=', digest).execute();
    expect(rows).toEqual([{ repository_id: id, pulls: 5, last_pulled: AT + 1 }]);
  });
}

function describeSigningKeys(of: () => MetadataNouns): void {
  it('keeps the first signing key of a purpose, whoever comes with others at once', async () => {
    const keep = (privateKey: string) => of().signingKeys.keep({ purpose: 'tokens', privateKey, createdAt: AT });
    expect(await of().signingKeys.find('tokens')).toBeUndefined();

    const kept = await Promise.all(['one', 'two', 'three'].map(keep));

    expect(new Set(kept)).toEqual(new Set([kept[0]]));
    expect(await keep('four')).toBe(kept[0]);
    expect(await of().signingKeys.find('tokens')).toBe(kept[0]);
    expect(await of().signingKeys.find('other')).toBeUndefined();
  });
}
