import { anImage, anIndex, createTestRegistry, FakeUpstream, type TestRegistry } from '@berth/testkit';
import search from '@berth/plugin-search';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { SearchClient } from './use-search.js';
import { pull } from './use-sync.js';

let upstream: FakeUpstream;
let registry: TestRegistry;
const client = new SearchClient(() => registry);

const arm64 = { os: 'linux', architecture: 'arm64' };
const image = anImage().withLabels({ team: 'blue' }).withPlatform(arm64).withMediaTypes('docker').build();
const [here, elsewhere] = [anImage().withLabels({ is: 'here' }).build(), anImage().withPlatform(arm64).build()];
const index = anIndex().of(here, elsewhere).build();
const byDigest = anImage().build();

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  upstream.has('team/app', image, 'v1');
  upstream.has('team/multi', index, 'v1');
  upstream.has('team/pinned', byDigest, 'v1');
  const section = { registries: [{ urls: [upstream.url], onDemand: true }] };
  registry = await createTestRegistry({ plugins: [{ plugin: sync, section }, { plugin: search }] });
});
afterAll(async () => {
  await registry.close();
  await upstream.close();
});

describe('what is mirrored', () => {
  it('is found as soon as its manifest is held, and by its configuration once that is', async () => {
    await pull(registry, 'team/app/manifests/v1');
    await client.finds('repo:team/app', ['team/app:v1']);
    expect(await client.names('label:team=blue OR platform:linux/arm64')).toEqual([]);

    await pull(registry, `team/app/blobs/${image.blobs[0]?.digest ?? ''}`);
    await client.finds('label:team=blue platform:linux/arm64', ['team/app:v1']);
  });

  it('is found by what it mirrors', async () => {
    const { results } = await client.ask('repo:team/app');
    const mirroredFrom = results[0]?.mirroredFrom ?? '';

    expect(mirroredFrom).toContain(upstream.host);
    expect(await client.names(`mirrored-from:"${mirroredFrom}" repo:team/app`)).toEqual(['team/app:v1']);
    expect(await client.names(`mirrored-from:*${String(upstream.port)} repo:team/app`)).toEqual(['team/app:v1']);
    expect(await client.names('mirrored-from:docker.io')).toEqual([]);
  });

  it('has the platforms that its index tells of, of those too that are not held', async () => {
    await pull(registry, 'team/multi/manifests/v1');
    await client.finds('repo:team/multi platform:linux/arm64', ['team/multi:v1']);
    expect(await client.names(`digest:${elsewhere.digest}`)).toEqual(['team/multi:v1']);

    await pull(registry, `team/multi/manifests/${here.digest}`);
    await pull(registry, `team/multi/blobs/${here.blobs[0]?.digest ?? ''}`);
    await client.finds('label:is=here', ['team/multi:v1']);
  });

  it('is found without a tag where it was pulled by its digest', async () => {
    await pull(registry, `team/pinned/manifests/${byDigest.digest}`);
    await client.finds('pinned', [`team/pinned@${byDigest.digest}`]);
    await pull(registry, 'team/pinned/manifests/v1');

    await client.finds('pinned', ['team/pinned:v1']);
  });
});
