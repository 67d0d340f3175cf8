import { anImage, pushManifest } from '@berth/testkit';
import search from '@berth/plugin-search';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/command-line.js';
import { basic, GuardedRegistry } from './guarded.js';
import { SearchClient } from './use-search.js';
import { until } from './until.js';

const guarded = new GuardedRegistry(['admin']);
const client = new SearchClient(() => guarded.registry);
const COUNT = 103;

beforeAll(async () => {
  const accessControl = {
    repositories: { 'open/**': { anonymousPolicy: ['read'] } },
    adminPolicy: { users: ['admin'] },
  };
  await guarded.start({ accessControl }, { plugins: [{ plugin: search }] });
  const { request } = guarded.registry;
  await pushManifest(request, 'open/app', anImage().build(), { tag: 'v1', headers: basic('admin') });
  const image = anImage().withLayerSize(1_500_000).build();
  await pushManifest(request, 'team/app', image, { tag: 'v0', headers: basic('admin') });
  for (let at = 1; at < COUNT - 1; at++) {
    const path = `/v2/team/app/manifests/v${String(at)}`;
    await request('PUT', path, {
      headers: { ...basic('admin'), 'content-type': image.mediaType },
      body: image.manifest,
    });
  }
  const isWhole = async (): Promise<boolean> => (await client.ask('', {}, basic('admin'))).total === COUNT;
  await until('all is indexed', isWhole);
}, 60_000);
afterAll(() => guarded.close());
afterEach(() => {
  vi.unstubAllEnvs();
});

async function berth(
  ...argv: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const code = await run(['search', ...argv], { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

function asAdmin(): void {
  vi.stubEnv('BERTH_USER', 'admin');
  vi.stubEnv('BERTH_PASSWORD', 'admin-secret');
}

describe('berth search', () => {
  it('prints a row for each image, of what everyone may read where nobody says who they are', async () => {
    const { code, out, err } = await berth(guarded.registry.url, 'app');
    const [head = '', row = '', ...more] = out.trimEnd().split('\n');

    expect([code, err, more]).toEqual([0, '', []]);
    expect(head.split(/ {2,}/)).toEqual(['IMAGE', 'DIGEST', 'PLATFORMS', 'SIZE', 'PUSHED', 'SIGNED', 'PULLS']);
    expect(row.split(/ {2,}/)).toEqual([
      'open/app:v1',
      expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
      'linux/amd64',
      expect.stringMatching(/^1\.\d kB$/),
      expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      'no',
      '0',
    ]);
  });

  it('goes through pages for whoever the environment says, up to its limit', async () => {
    asAdmin();
    const { code, out } = await berth(guarded.registry.url, 'repo:team/app', '--json', '--limit', '1000');
    const { total, results } = JSON.parse(out) as { total: number; results: { tag: string }[] };

    expect([code, total, new Set(results.map(({ tag }) => tag)).size]).toEqual([0, COUNT - 1, COUNT - 1]);
    const some = await berth(guarded.registry.url, 'repo:team/app', '--limit', '2', '--sort=-name');
    expect(some.out.split('\n')).toHaveLength(4);
    expect(some.out).toContain('1.5 MB');
    expect(some.err).toBe(`${String(COUNT - 3)} more; --limit prints more of them\n`);
  });

  it('gives 0 and prints nothing where there is nothing', async () => {
    expect(await berth(`${guarded.registry.url}/`, 'nothing')).toEqual({ code: 0, out: '', err: '' });
  });

  it('gives 1 and says why where the query means nothing, nobody answers, or the password is wrong', async () => {
    const wrong = await berth(guarded.registry.url, 'size:much');
    expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringContaining('at position 5') as string });
    expect((await berth('http://127.0.0.1:1', 'app')).err).toMatch(/127\.0\.0\.1:1 cannot be asked/);
    vi.stubEnv('BERTH_USER', 'admin');
    vi.stubEnv('BERTH_PASSWORD', 'wrong');
    expect(await berth(guarded.registry.url, 'app')).toMatchObject({ code: 1, out: '' });
  });

  it.each([
    [[]],
    [['http://127.0.0.1:1']],
    [['config.json', 'app']],
    [['http://127.0.0.1:1', 'app', 'more']],
    [['http://127.0.0.1:1', 'app', '--limit', '0']],
    [['http://127.0.0.1:1', 'app', '--colour']],
  ])('gives 64 and the usage for %j', async (argv) => {
    expect(await berth(...argv)).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringContaining('<url> <query>') as string,
    });
  });
});
