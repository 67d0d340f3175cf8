import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryResponse } from '../kit/registry-request.js';
import { anImage, createTestRegistry, pushManifest, type TestRegistry } from '../kit/index.js';
import quota from '../../docs/examples/quota/src/index.js';

const MEGABYTE = 1_000_000;

describe('the plugin of docs/plugins.md', () => {
  let registry: TestRegistry;

  beforeEach(async () => {
    const section = { limits: [{ prefix: 'team', limit: '1MB' }], undeclared: '600kB' };
    registry = await createTestRegistry({ plugins: [{ plugin: quota, section }] });
  });

  afterEach(() => registry.close());

  function start(repository: string): Promise<RegistryResponse> {
    return registry.request('POST', `/v2/${repository}/blobs/uploads/`);
  }

  async function used(): Promise<number | undefined> {
    const { body } = await registry.request('GET', '/v2/_berth/ext/quota/usage');
    const { limits } = JSON.parse(body.toString()) as { readonly limits: readonly { readonly used: number }[] };
    return limits[0]?.used;
  }

  it('lets one of two pushes in where only one fits, and says limit and use to the other', async () => {
    const answers = await Promise.all([start('team/one'), start('team/two')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 403]);
    const refused = answers.find(({ status }) => status === 403);
    expect(JSON.parse(refused?.body.toString() ?? '')).toMatchObject({
      errors: [{ code: 'DENIED', detail: { prefix: 'team', limit: MEGABYTE, used: 600_000, requested: 600_000 } }],
    });
  });

  it('leaves repositories beside the prefix alone', async () => {
    const answers = await Promise.all([start('teams/one'), start('teams/two'), start('other')]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  });

  it('gives back what an upload had reserved once it is cancelled or over', async () => {
    const opened = await start('team/one');
    expect(await used()).toBe(600_000);
    expect((await registry.request('DELETE', String(opened.headers['location']))).status).toBe(204);
    await expect.poll(used).toBe(0);
    const image = anImage().build();
    await pushManifest(registry.request, 'team/one', image);
    const bytes = image.blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
    await expect.poll(used).toBe(bytes);
  });

  it('counts what came, whatever was declared', async () => {
    const opened = await start('team/one');
    const body = Buffer.alloc(MEGABYTE + 1);
    const { createHash } = await import('node:crypto');
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const closing = `${String(opened.headers['location'])}?digest=${encodeURIComponent(digest)}`;
    const closed = await registry.request('PUT', closing, { body });
    expect(closed.status).toBe(403);
  });
});
