import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, createTestRegistry, FakeUpstream, pushManifest } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { StoreConfig } from '../../src/storage/store.config.js';
import { SubPathConfig } from '../../src/storage/sub-path.config.js';
import { EXIT } from '../../src/cli/exit-code.js';
import { run } from '../../src/cli/command-line.js';

describe('berth verify, of what is stored', () => {
  let folder = '';
  let upstream: FakeUpstream;
  const at = (name: string): string => join(folder, name);
  const root = (name: string): { rootDirectory: string } => ({ rootDirectory: at(name) });
  const mirroredTo = (storage: string) => ({
    sync: { registries: [{ urls: [upstream.url], onDemand: true, content: [{ prefix: 'one/**' }], storage }] },
  });

  /** A repository that was pushed below a route, and one that mirrors into the store `one`. */
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-verify-'));
    upstream = await FakeUpstream.start();
    upstream.has('one/app', anImage().build(), 'v1');
    const registry = await createTestRegistry({
      root: at('data'),
      configure: ({ storage }) => {
        storage.stores = new Map([['one', Object.assign(new StoreConfig(), root('one'))]]);
        storage.subPaths = new Map([['/team', Object.assign(new SubPathConfig(), root('team'))]]);
      },
      plugins: [{ plugin: sync, section: mirroredTo('one').sync }],
    });
    await pushManifest(registry.request, 'team/app', anImage().build());
    await registry.request('GET', '/v2/one/app/manifests/v1');
    await registry.close();
  });

  afterEach(async () => {
    await upstream.close();
    await rm(folder, { recursive: true });
  });

  async function verify(storage: object, extensions: object): Promise<{ code: number; out: string; err: string }> {
    await writeFile(at('config.json'), JSON.stringify({ storage: { ...root('data'), ...storage }, extensions }));
    let [out, err] = ['', ''];
    const console = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
    return { code: await run(['verify', at('config.json')], console), out, err };
  }

  it('has nothing to say where everything lies where it should', async () => {
    const { code, out } = await verify(
      { stores: { one: root('one') }, subPaths: { '/team': root('team') } },
      mirroredTo('one'),
    );
    expect([code, out]).toEqual([EXIT.ok, expect.not.stringContaining('stays')]);
  });

  it('names the repositories that new ones of their kind would not lie beside', async () => {
    const { code, out } = await verify(
      { stores: { one: root('one'), two: root('two') }, subPaths: { '/team': root('team'), '/team/app': root('app') } },
      mirroredTo('two'),
    );
    expect([code, out]).toEqual([
      EXIT.ok,
      expect.stringContaining(
        'warning: a repository stays in the store "one", where new ones of that kind go to the store "two": one/app\n',
      ),
    ]);
  });

  it('refuses a file that does not name a store in use, and says which repositories lie there', async () => {
    const { code, err } = await verify({ stores: { other: root('other') } }, {});
    expect(code).toBe(EXIT.config);
    expect(err).toContain(
      'storage.subPaths does not name the store "/team", and these repositories lie in it: team/app',
    );
    expect(err).toContain('storage.stores does not name the store "one", and these repositories lie in it: one/app');
  });

  it('refuses the name of a store that there is none of, beside everything else that is wrong', async () => {
    const sync = { registries: [{ urls: [upstream.url], onDemand: 1, storage: 'none' }] };
    const { code, err } = await verify({ stores: { one: root('one') }, subPaths: { '/team': root('team') } }, { sync });
    expect(code).toBe(EXIT.config);
    expect(err).toContain('extensions.sync.registries[0].storage');
    expect(err).toContain('the name of a store: one of default, one');
    expect(err).toContain('extensions.sync.registries[0].onDemand');
  });
});
