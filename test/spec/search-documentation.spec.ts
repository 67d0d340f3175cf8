import { anArtifact, anImage, anIndex, pushManifest } from '@berth/testkit';
import { readFileSync } from 'node:fs';
import search from '@berth/plugin-search';
import { beforeAll, describe, expect, it } from 'vitest';
import { SearchClient } from './use-search.js';
import { useRegistry } from './use-registry.js';

const page = readFileSync(new URL('../../docs/search.md', import.meta.url), 'utf8');
const registry = useRegistry({ plugins: [{ plugin: search }] });
const client = new SearchClient(registry);

const shared = Buffer.alloc(2000, 1);
const arm64 = { os: 'linux', architecture: 'arm64' };
const titled = { 'org.opencontainers.image.description': 'A small web server' };

async function pushAll(): Promise<void> {
  const push = (repository: string, built: Parameters<typeof pushManifest>[2], tag?: string) =>
    pushManifest(registry().request, repository, built, tag === undefined ? {} : { tag });
  const images = [anImage().withLabels(titled).build(), anImage().withLabels(titled).withPlatform(arm64).build()];
  await push(
    'library/nginx',
    anIndex()
      .of(...images)
      .build(),
    '1.25',
  );
  const nginx = anImage().withLayers(0).withLayer(shared).withLabels(titled).build();
  await push('library/nginx', nginx, '1.27');
  const signature = 'application/vnd.cncf.notary.signature';
  await push('library/nginx', anArtifact().withArtifactType(signature).withSubject(nginx).build());
  const debug = anImage().withLayer(shared).withLayerSize(200_000).build();
  await push('team-a/tools/nginx-debug', debug, 'latest');
  const stage = { 'org.example.stage': 'production' };
  await push('team-a/api', anImage().withLabels({ team: 'blue' }).withAnnotations(stage).build(), 'v2.0.0');
  await push('team-a/api', anImage().withLabels({ team: 'red' }).build(), 'v2.1.0-rc.1');
  const chart = anArtifact().withArtifactType('application/vnd.example.chart').withBlob(100).build();
  await push('charts/web', chart, '1.0.0');
}

beforeAll(async () => {
  await pushAll();
  await client.finds('charts', ['charts/web:1.0.0']);
});

/** The rows of the table of examples: a query, and what it finds. */
const EXAMPLES = page
  .split('## The language')[1]
  ?.split('| term |')[0]
  ?.split('\n')
  .flatMap((line) => {
    const match = /^\| `(.+?)` \| ?(.*?) ?\|$/.exec(line);
    const names = [...(match?.[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    return match?.[1] === undefined ? [] : [{ query: match[1], names }];
  });

describe('docs/search.md', () => {
  it('has examples', () => {
    expect(EXAMPLES?.length).toBeGreaterThan(20);
  });

  it.each(EXAMPLES ?? [])('says what $query finds', async ({ query, names }) => {
    expect((await client.names(query)).toSorted()).toEqual(names.toSorted());
  });

  it('shows the fields of an answer', async () => {
    const [example = ''] = /\{\n {2}"total"[^]*?\n\}/.exec(page) ?? [];
    const documented = JSON.parse(example) as { readonly results: readonly object[] };
    const answer = await client.ask('nginx platform:linux/arm64', { limit: '1' });

    expect(Object.keys(answer)).toEqual(Object.keys(documented));
    expect(Object.keys(answer.results[0] ?? {})).toEqual(Object.keys(documented.results[0] ?? {}));
  });

  it('shows the answer to a query that means nothing', async () => {
    const [example = ''] = /\{ "errors"[^]*?\}\] \}/.exec(page) ?? [];
    const { status, text } = await client.send('nginx size:much');

    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual(JSON.parse(example));
  });
});
