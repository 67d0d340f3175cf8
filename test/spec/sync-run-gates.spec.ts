import { definePlugin, type HookEvents, type HookHandler, RegistryError } from '@berth/sdk';
import { anImage, createTestRegistry } from '@berth/testkit';
import { Injectable } from '@nestjs/common';
import { expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { JobScheduler } from '../../src/jobs/job-scheduler.js';
import { runOnce } from './use-runs.js';
import { pull, useSync } from './use-sync.js';

const { upstream } = useSync();

/** Wants no manifest for a tag or a repository whose name says so. */
@Injectable()
class Picky implements HookHandler<'manifest.beforePut'>, HookHandler<'tag.beforeMove'> {
  handle(event: HookEvents['manifest.beforePut'] | HookEvents['tag.beforeMove']): Promise<void> {
    const names = [event.repository, 'tag' in event ? event.tag : ''];
    if (names.every((name) => !name.includes('unwanted'))) return Promise.resolve();
    return Promise.reject(new RegistryError('DENIED', { message: 'it is not wanted' }));
  }
}

const picky = definePlugin({ name: 'picky', hooks: { 'manifest.beforePut': Picky, 'tag.beforeMove': Picky } });

it('brings nothing that a gate refuses, which fails no run', async () => {
  const from = await upstream();
  for (const [name, tag] of [['a', '1'] as const, ['a', 'unwanted'] as const, ['unwanted', '1'] as const])
    from.has(name, anImage().build(), tag);
  const registries = [{ urls: [from.url], pollInterval: '1h', content: [{ prefix: '**' }] }];
  const plugins = [{ plugin: sync, section: { registries } }, { plugin: picky }];
  const registry = await createTestRegistry({ plugins });
  await registry.application.get(JobScheduler).stop(0);
  const { outcome, counts } = await runOnce(registry);
  expect([outcome, counts.tags]).toEqual(['succeeded', expect.objectContaining({ moved: 1, refused: 2, failed: 0 })]);
  const statuses = ['a/manifests/1', 'a/manifests/unwanted', 'unwanted/manifests/1'].map(
    async (path) => (await pull(registry, path)).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 404, 404]);
  await registry.close();
});
