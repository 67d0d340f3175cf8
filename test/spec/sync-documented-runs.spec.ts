import { readFileSync } from 'node:fs';
import { anArtifact, anImage, anIndex } from '@berth/testkit';
import { expect, it } from 'vitest';
import { jsonOf } from './exchange.js';
import { askedOf, runOnce } from './use-runs.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirrorWith } = useSync();
const PAGE = readFileSync(new URL('../../docs/mirror.md', import.meta.url), 'utf8');
const HOST = 'https://registry.example.com';

/** The section of the page's example, with another upstream in place of its own. */
function exampleFor(url: string): Readonly<Record<string, unknown>> {
  const [, text = ''] = /## Periodic runs\n.*?```json\n(.*?)```/s.exec(PAGE) ?? [];
  const { extensions } = JSON.parse(text.replaceAll(HOST, url)) as {
    readonly extensions: { readonly sync: Readonly<Record<string, unknown>> };
  };
  return extensions.sync;
}

it('fetches with the configuration of docs/mirror.md what that says, and asks for no more', async () => {
  const from = await upstream();
  const platform = (architecture: string) => anImage().withPlatform({ os: 'linux', architecture }).build();
  const [amd64, arm64, s390x] = [platform('amd64'), platform('arm64'), platform('s390x')];
  const proxy = anIndex().of(amd64, arm64, s390x).build();
  const pause = anImage().build();
  for (const tag of ['1.19.0', '1.20.0', '1.21.0-rc.1', '2.0.0']) from.has('tools/proxy', proxy, tag);
  for (const tag of ['3.10', '13.1', 'latest']) from.has('pause', pause, tag);
  from.has('pause', anArtifact().build(), `${pause.digest.replace(':', '-')}.sig`);
  for (const tag of ['main', 'maintenance']) from.has('team-a/deep/app', anImage().build(), tag);
  const registry = await mirrorWith(exampleFor(from.url));

  expect((await runOnce(registry, 0)).counts.tags).toMatchObject({ moved: 3, failed: 0 });
  expect((await runOnce(registry, 1)).counts.tags).toMatchObject({ moved: 1, failed: 0 });
  expect(from.count('GET', /_catalog/)).toBe(1);
  expect(from.count('GET', /blobs/)).toBe(
    [amd64, arm64, pause].reduce((sum, image) => sum + image.blobs.length, 0) + 1 + 2,
  );
  expect(from.requests.filter(({ path }) => path.includes(s390x.digest))).toEqual([]);
  const listed = async (name: string): Promise<unknown> =>
    (jsonOf((await pull(registry, `${name}/tags/list`)).response) as { readonly tags: unknown }).tags;
  expect(await listed('registry.example.com/tools/proxy')).toEqual(['1.20.0']);
  expect(await listed('registry.example.com/pause')).toEqual(['3.10', `${pause.digest.replace(':', '-')}.sig`]);
  expect(await listed('teams/team-a/deep/app')).toEqual(['main']);

  askedOf(from);
  await runOnce(registry, 0);
  await runOnce(registry, 1);
  expect(askedOf(from)).toEqual([
    'GET _catalog',
    'GET pause/tags/list',
    'GET team-a/deep/app/tags/list',
    'GET tools/proxy/tags/list',
    'HEAD pause/manifests/3.10',
    `HEAD pause/manifests/${pause.digest.replace(':', '-')}.sig`,
    'HEAD team-a/deep/app/manifests/main',
    'HEAD tools/proxy/manifests/1.20.0',
  ]);

  // What the rules do not take comes when somebody asks for it.
  expect((await pull(registry, 'tools/proxy/manifests/2.0.0?ns=registry.example.com')).status).toBe(200);
  from.losesTag('team-a/deep/app', 'main');
  expect((await runOnce(registry, 1)).counts.tags.removed).toBe(1);
});
