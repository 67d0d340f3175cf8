import { anArtifact, anImage, anIndex, pushManifest } from '@berth/testkit';
import search from '@berth/plugin-search';
import { describe, expect, it } from 'vitest';
import { SearchClient } from './use-search.js';
import { senderTo, useRegistry } from './use-registry.js';

const registry = useRegistry({ plugins: [{ plugin: search }] });
const send = senderTo(registry);
const client = new SearchClient(registry);

const push = (repository: string, built: Parameters<typeof pushManifest>[2], tag?: string) =>
  pushManifest(registry().request, repository, built, tag === undefined ? {} : { tag });

describe('what was pushed', () => {
  it('is found within two seconds, and what was deleted no more', async () => {
    await push('library/nginx', anImage().build(), '1.25');
    await client.finds('nginx', ['library/nginx:1.25']);

    await send('DELETE', '/v2/library/nginx/manifests/1.25');
    await client.finds('nginx', []);
  });

  it('is found by what its configuration and its annotations say', async () => {
    const labels = { maintainer: 'Ann of Team Blue', 'org.opencontainers.image.title': 'Told by a label' };
    const image = anImage()
      .withLabels(labels)
      .withAnnotations({ 'org.example.build': '2026-11' })
      .withPlatform({ os: 'linux', architecture: 'arm64', variant: 'v8' })
      .build();
    await push('said/labels', image, 'one');

    await client.finds('label:maintainer="Ann of Team Blue" annotation:org.example.build=2026*', ['said/labels:one']);
    expect(await client.names('blue platform:linux/arm64/v8')).toEqual(['said/labels:one']);
    const { results } = await client.ask('repo:said/labels');
    expect(results[0]).toMatchObject({ title: 'Told by a label', platforms: ['linux/arm64/v8'], kind: 'image' });
  });

  it('follows a tag to another image', async () => {
    const [first, second] = [anImage().build(), anImage().withLayers(3).build()];
    await push('moving/app', first, 'latest');
    await client.finds('repo:moving/app', ['moving/app:latest']);
    await push('moving/app', second, 'latest');
    await client.finds(`repo:moving/app digest:${second.digest}`, ['moving/app:latest']);

    expect(await client.names('repo:moving/app')).toEqual(['moving/app:latest']);
    expect(await client.names(`digest:${first.digest}`)).toEqual([`moving/app@${first.digest}`]);
  });

  it('is gone with the manifest that all its tags named', async () => {
    const image = anImage().build();
    await push('gone/app', image, 'a');
    await push('gone/app', image, 'b');
    await client.finds('repo:gone/app', ['gone/app:a', 'gone/app:b']);
    await send('DELETE', `/v2/gone/app/manifests/${image.digest}`);

    await client.finds('repo:gone/app', []);
    await client.finds(`digest:${image.digest}`, []);
  });
});

describe('an index', () => {
  const amd64 = anImage().withLabels({ built: 'for amd64' }).build();
  const arm64 = anImage()
    .withLabels({ built: 'for arm64' })
    .withPlatform({ os: 'linux', architecture: 'arm64' })
    .build();
  const index = anIndex().of(amd64, arm64).withAnnotations({ 'org.example.of': 'two' }).build();

  it('is found by what it names, which is not found beside it', async () => {
    await push('multi/app', index, 'v1');
    await client.finds('multi label:built="for arm64"', ['multi/app:v1']);

    expect(await client.names('multi')).toEqual(['multi/app:v1']);
    expect(await client.names('repo:multi/app platform:linux/amd64 AND platform:linux/arm64')).toEqual([
      'multi/app:v1',
    ]);
    expect(await client.names(`digest:${arm64.blobs[1]?.digest ?? ''}`)).toEqual(['multi/app:v1']);
    expect(await client.names(`digest:${amd64.digest}`)).toEqual(['multi/app:v1']);
    const { results } = await client.ask('repo:multi/app');
    const blobs = [...amd64.blobs, ...arm64.blobs].reduce((sum, { bytes }) => sum + bytes.length, 0);
    const manifests = index.manifest.length + amd64.manifest.length + arm64.manifest.length;
    expect(results[0]).toMatchObject({ kind: 'index', size: blobs + manifests });
  });

  it('leaves what it named to itself when it is deleted', async () => {
    await send('DELETE', `/v2/multi/app/manifests/${index.digest}`);
    await client.finds('multi', []);

    await client.finds(`digest:${amd64.digest}`, [`multi/app@${amd64.digest}`]);
  });
});

describe('what is attached to an image', () => {
  const image = anImage().build();
  const sbom = anArtifact().withArtifactType('application/spdx+json').withSubject(image).withBlob(64).build();
  const notation = anArtifact().withArtifactType('application/vnd.cncf.notary.signature').withSubject(image).build();
  const cosignTag = `${image.digest.replace(':', '-')}.sig`;

  it('is counted, whichever came first', async () => {
    await push('attached/app', sbom);
    await push('attached/app', image, 'v1');
    await client.finds('attached', ['attached/app:v1']);
    expect((await client.ask('attached')).results[0]).toMatchObject({ signatures: 0, sboms: 1, referrers: 1 });
    expect(await client.names('repo:attached/app signed:false')).toEqual(['attached/app:v1']);

    await push('attached/app', notation);
    await push('attached/app', anImage().build(), cosignTag);
    await client.finds('repo:attached/app AND signed:true', ['attached/app:v1']);
    await client.finds(`tag:${cosignTag} artifacttype:*`, [`attached/app:${cosignTag}`]);
    expect((await client.ask('repo:attached/app')).results).toMatchObject([{ signatures: 2, sboms: 1, referrers: 2 }]);
  });

  it('is found only where a query asks for its kind', async () => {
    expect(await client.names('repo:attached/app')).toEqual(['attached/app:v1']);
    expect(await client.names('artifacttype:application/spdx*')).toEqual([`attached/app@${sbom.digest}`]);
  });

  it('is counted no more once it is gone', async () => {
    await send('DELETE', `/v2/attached/app/manifests/${notation.digest}`);
    await send('DELETE', `/v2/attached/app/manifests/${cosignTag}`);
    await send('DELETE', `/v2/attached/app/manifests/${sbom.digest}`);
    await client.finds('repo:attached/app signed:true', []);
    await client.finds(`digest:${sbom.digest}`, []);

    expect((await client.ask('repo:attached/app')).results).toMatchObject([{ signatures: 0, sboms: 0, referrers: 0 }]);
  });
});

describe('layers', () => {
  it('tell what is built on what', async () => {
    const [one, two, three] = [1, 2, 3].map((seed) => Buffer.alloc(100, seed));
    if (!one || !two || !three) expect.fail();
    const base = anImage().withLayers(0).withLayer(one).withLayer(two).build();
    const app = anImage().withLayers(0).withLayer(one).withLayer(two).withLayer(three).build();
    const other = anImage().withLayers(0).withLayer(two).withLayer(one).withLayer(three).build();
    await push('base/os', base, '12');
    await push('built/app', anIndex().of(app).build(), 'v1');
    await push('built/other', other, 'v1');
    await client.finds('repo:built/** OR repo:base/os', ['base/os:12', 'built/app:v1', 'built/other:v1']);

    expect(await client.names('base:base/os:12')).toEqual(['built/app:v1']);
    expect(await client.names(`base:${base.digest}`)).toEqual(['built/app:v1']);
    expect(await client.names('base-of:built/app:v1')).toEqual(['base/os:12']);
    expect(await client.names('base:built/app:v1')).toEqual([]);
    expect(await client.names('base:no/such:image')).toEqual([]);
  });
});
