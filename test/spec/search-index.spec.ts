import { anImage, pushManifest } from '@berth/testkit';
import search from '@berth/plugin-search';
import { describe, expect, it } from 'vitest';
import { until } from './until.js';
import { senderTo, useRegistry } from './use-registry.js';

const registry = useRegistry({ plugins: [{ plugin: search }] });
const send = senderTo(registry);

interface Found {
  readonly total: number;
  readonly results: readonly { readonly repository: string; readonly tag: string | null }[];
}

async function find(query: string): Promise<string[]> {
  const { status, body } = await send('GET', `/v2/_berth/ext/search?q=${encodeURIComponent(query)}`);
  if (status !== 200) throw new Error(body.toString());
  return (JSON.parse(body.toString()) as Found).results.map(({ repository, tag }) => `${repository}:${tag ?? ''}`);
}

describe('the index', () => {
  it('has a pushed tag within two seconds, and a deleted one no more', async () => {
    await pushManifest(registry().request, 'library/nginx', anImage().build(), { tag: '1.25' });
    await until('it is found', async () => (await find('nginx')).length > 0, 2000);
    expect(await find('nginx')).toEqual(['library/nginx:1.25']);

    await send('DELETE', '/v2/library/nginx/manifests/1.25');
    await until('it is gone', async () => (await find('nginx')).length === 0, 2000);
  });
});
