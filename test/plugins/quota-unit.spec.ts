import { describe, expect, it } from 'vitest';
import type { Digest, RepositoryName } from '@berth/sdk';
import { anEvent, FakeClock, FakePluginDatabase, FakeRepositoryCatalog } from '@berth/sdk/testing';
import { validateSection } from '@berth/sdk';
import { CommitGate } from '../../docs/examples/quota/src/commit.gate.js';
import { QuotaConfig } from '../../docs/examples/quota/src/quota.config.js';
import { ReleaseMount, ReleaseUpload } from '../../docs/examples/quota/src/release.listener.js';
import { migrations, Reservations } from '../../docs/examples/quota/src/reservations.js';
import { StartGate } from '../../docs/examples/quota/src/start.gate.js';

const repository = 'team/app' as RepositoryName;
const digest = `sha256:${'a'.repeat(64)}` as Digest;
const denied = { code: 'DENIED' };

async function quota(): Promise<{
  readonly start: (upload: string, declaredLength?: number) => Promise<void>;
  readonly commit: (size: number, upload?: string) => Promise<void>;
  readonly finish: (upload: string) => Promise<void>;
  readonly mounted: () => Promise<void>;
  readonly catalog: FakeRepositoryCatalog;
  readonly clock: FakeClock;
}> {
  const section = { limits: [{ prefix: 'team', limit: 100 }], undeclared: 60, expiry: '1h' };
  const { config, violations } = validateSection(QuotaConfig, section);
  expect(violations).toEqual([]);
  const [catalog, clock] = [new FakeRepositoryCatalog(), new FakeClock()];
  const reservations = new Reservations(config, await FakePluginDatabase.open(migrations), catalog, clock);
  const event = { repository, digest };
  return {
    start: (upload, declaredLength) =>
      new StartGate(config, reservations).handle(anEvent('upload.beforeStart', { repository, upload, declaredLength })),
    commit: (size, upload) =>
      new CommitGate(reservations).handle(anEvent('blob.beforeCommit', { ...event, size, upload })),
    finish: (upload) => new ReleaseUpload(reservations).handle(anEvent('upload.finished', { ...event, upload })),
    mounted: () => new ReleaseMount(reservations).handle(anEvent('blob.mounted', event)),
    catalog,
    clock,
  };
}

describe('a limit on the bytes below a prefix', () => {
  it('counts what is held, what is on its way and what is asked for', async () => {
    const { start, catalog } = await quota();
    catalog.put(repository, 30);
    await start('one', 40);
    await expect(start('two', 31)).rejects.toMatchObject({
      ...denied,
      detail: { prefix: 'team', limit: 100, used: 70, requested: 31 },
    });
    await start('three', 30);
  });

  it('lets only one of two at once in where both do not fit', async () => {
    const { start } = await quota();
    const outcomes = await Promise.allSettled([start('one'), start('two')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('takes what came in place of what was declared', async () => {
    const { start, commit } = await quota();
    await start('one', 10);
    await expect(commit(101, 'one')).rejects.toMatchObject(denied);
    await commit(100, 'one');
    await expect(start('two', 1)).rejects.toMatchObject(denied);
  });

  it('counts a mount, and lets go of it once the blob is held', async () => {
    const { commit, mounted, start, catalog } = await quota();
    await expect(commit(101)).rejects.toMatchObject(denied);
    await commit(100);
    await expect(start('one', 1)).rejects.toMatchObject(denied);
    await mounted();
    catalog.put(repository, 50);
    await start('one', 50);
  });

  it('forgets a reservation that has expired or whose upload is over', async () => {
    const { start, finish, clock } = await quota();
    await start('one', 100);
    await finish('one');
    await start('two', 100);
    clock.advance(60 * 60 * 1000);
    await start('three', 100);
  });
});
