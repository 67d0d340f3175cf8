import { aBlob, anImage, anIndex, createTestRegistry, pushBlob, pushManifest } from '@berth/testkit';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './command-line.js';

describe('berth gc', () => {
  const garbage = anImage({ seed: 1 }).build();
  const kept = anIndex({ seed: 2 })
    .of(anImage({ seed: 3 }).build())
    .build();
  let folder = '';
  let config = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-gc-test-'));
    const root = join(folder, 'data');
    config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ storage: { rootDirectory: root, gcDelay: '1ms', commit: false } }));
    const registry = await createTestRegistry({ root });
    // All of it is older than gcDelay by the machine's clock.
    registry.clock.advance(-1000);
    await pushManifest(registry.request, 'a', garbage);
    await pushManifest(registry.request, 'b', kept, { tag: 'x' });
    await pushBlob(registry.request, 'c', aBlob(Buffer.from('alone')));
    await registry.request(
      'PATCH',
      String((await registry.request('POST', '/v2/d/blobs/uploads/')).headers['location']),
      {
        body: Buffer.from('stale'),
      },
    );
    await registry.close();
    await writeFile(join(root, 'uploads', 'stray'), 'x');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function gc(...options: readonly string[]): Promise<readonly string[]> {
    let out = '';
    let err = '';
    const code = await run(['gc', config, ...options], { out: (text) => (out += text), err: (text) => (err += text) });
    expect([code, err]).toEqual([0, '']);
    return out.split('\n');
  }
  const files = async () => (await readdir(join(folder, 'data'), { recursive: true })).toSorted();

  it('prints with --dry-run what a real run then removes, and removes nothing', async () => {
    const before = await files();
    const dry = await gc('--dry-run');
    expect((await files()).filter((name) => !/^berth\.db-/.test(name))).toEqual(
      before.filter((name) => !/^berth\.db-/.test(name)),
    );
    const real = await gc();
    expect(dry).toEqual(real.map((line) => line.replace(/^removed/, 'would remove')));
    expect(real).toContain(`removed manifest a ${garbage.digest}`);
    expect(real.at(-2)).toMatch(/^removed 1 manifests, 3 blobs \(\d+ bytes\), 1 uploads, 1 stray files$/);
  });

  it('leaves what is kept as it was, and finds nothing more', async () => {
    await gc();
    expect((await gc()).filter((line) => line !== '')).toEqual([
      'removed 0 manifests, 0 blobs (0 bytes), 0 uploads, 0 stray files',
    ]);
    const registry = await createTestRegistry({ root: join(folder, 'data') });
    expect((await registry.request('GET', '/v2/b/manifests/x')).body.equals(kept.manifest)).toBe(true);
    await registry.close();
  });

  it('prints with --dry-run beside a running server, and without it says who holds the root', async () => {
    const registry = await createTestRegistry({ root: join(folder, 'data'), mayLeaveFiles: true });
    try {
      expect(await gc('--dry-run')).toContain(`would remove manifest a ${garbage.digest}`);
      let err = '';
      const code = await run(['gc', config], { out: () => undefined, err: (text) => (err += text) });
      expect([code, err]).toEqual([1, expect.stringContaining(String(process.pid))]);
    } finally {
      await registry.close();
    }
  });
});
