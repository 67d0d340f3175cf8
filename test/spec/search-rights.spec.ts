import { anImage, pushManifest } from '@berth/testkit';
import search from '@berth/plugin-search';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, GuardedRegistry } from './guarded.js';
import { until } from './until.js';
import { FOUND_WITHIN, SearchClient } from './use-search.js';

const guarded = new GuardedRegistry(['admin', 'ann', 'eve']);
const client = new SearchClient(() => guarded.registry);
const admin = basic('admin');

const shared = Buffer.alloc(64, 1);
const base = anImage().withLayers(0).withLayer(shared).build();
const secret = anImage().withLayers(0).withLayer(shared).withLayer(Buffer.alloc(64, 2)).withLabels({ k: 'v' }).build();
const open = anImage().withLayers(0).withLayer(shared).withLayer(Buffer.alloc(64, 3)).withLabels({ k: 'v' }).build();

async function push(repository: string, built: typeof base): Promise<void> {
  await pushManifest(guarded.registry.request, repository, built, { tag: 'v1', headers: admin });
}

beforeAll(async () => {
  const accessControl = {
    repositories: {
      'open/**': { anonymousPolicy: ['read'] },
      'known/**': { defaultPolicy: ['read'] },
      'team/**': { policies: [{ users: ['ann'], actions: ['read'] }] },
      'timed/**': {
        policies: [
          {
            users: ['ann'],
            actions: ['read'],
            conditions: [{ expression: 'req.userAgent == "allowed"', message: 'with another program' }],
          },
        ],
      },
    },
    adminPolicy: { users: ['admin'] },
  };
  await guarded.start({ accessControl, auth: { apikey: true } }, { plugins: [{ plugin: search }] });
  await push('team/base', base);
  await push('team/app', secret);
  await push('open/app', open);
  for (const name of ['known/app', 'timed/app', 'nobody/app']) await push(name, anImage().build());
  await until('all is indexed', async () => (await client.ask('', {}, admin)).total === 6, FOUND_WITHIN);
});
afterAll(() => guarded.close());

describe('a search', () => {
  it('finds and counts what whoever asks may read, and nothing else', async () => {
    const found = async (headers: Readonly<Record<string, string>>) => {
      const { total, results } = await client.ask('', {}, headers);
      return [total, results.map(({ repository }) => repository)];
    };

    expect(await found(admin)).toEqual([
      6,
      ['known/app', 'nobody/app', 'open/app', 'team/app', 'team/base', 'timed/app'],
    ]);
    expect(await found(basic('ann'))).toEqual([4, ['known/app', 'open/app', 'team/app', 'team/base']]);
    expect(await found(basic('eve'))).toEqual([2, ['known/app', 'open/app']]);
    expect(await found({})).toEqual([1, ['open/app']]);
  });

  it('asks the conditions of rules about the request itself', async () => {
    const allowed = { ...basic('ann'), 'user-agent': 'allowed' };

    expect(await client.names('repo:timed/app', allowed)).toEqual(['timed/app:v1']);
    expect(await client.names('repo:timed/app', basic('ann'))).toEqual([]);
  });

  it.each(['repo:team/app', 'repo:team/**', 'label:k=v', 'tag:v1', 'team', 'NOT repo:open/**', 'repo:open/** OR team'])(
    'for %s gives nobody known no more than a page of what is for everyone',
    async (query) => {
      const { total, results, next } = await client.ask(query, { limit: '1' });

      expect(total).toBeLessThan(2);
      expect(results.every(({ repository }) => repository === 'open/app')).toBe(true);
      expect(next).toBeNull();
    },
  );

  it('does not tell whether a digest is there that may not be read', async () => {
    for (const digest of [secret.digest, secret.blobs[0]?.digest, secret.blobs[2]?.digest, base.digest])
      expect(await client.ask(`digest:${digest ?? ''}`)).toMatchObject({ total: 0, results: [] });
  });

  it('does not tell what is built on an image that may not be read, nor what that is built on', async () => {
    expect(await client.names('base:team/base:v1')).toEqual([]);
    expect(await client.names(`base:${base.digest}`)).toEqual([]);
    expect(await client.names('base-of:team/app:v1', basic('eve'))).toEqual([]);
    expect(await client.names('base:team/base:v1', basic('ann'))).toEqual(['open/app:v1', 'team/app:v1']);
  });

  it('pages through what may be read alone, with the same count on each page', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await client.ask('', { limit: '1', ...(cursor !== null && { cursor }) }, basic('ann'));
      expect(page.total).toBe(4);
      expect(page.results).toHaveLength(1);
      seen.push(...page.results.map(({ repository }) => repository));
      cursor = page.next;
    } while (cursor !== null);

    expect(seen).toEqual(['known/app', 'open/app', 'team/app', 'team/base']);
  });

  it('holds a cursor of somebody who may read more to what whoever uses it may read', async () => {
    const { next } = await client.ask('', { limit: '1' }, admin);
    const page = await client.ask('', { limit: '10', cursor: next ?? '' });

    expect([page.total, page.results.map(({ repository }) => repository)]).toEqual([1, ['open/app']]);
  });

  it('by an API key that is good for some repositories finds those', async () => {
    const scopes = ['team/base:read'];
    const { body } = await guarded.send(
      'POST',
      '/zot/auth/apikey',
      { ...basic('ann'), 'content-type': 'application/json' },
      Buffer.from(JSON.stringify({ label: 'search', scopes })),
    );
    const { apiKey } = JSON.parse(body.toString()) as { readonly apiKey: string };

    expect(await client.names('', basic('ann', apiKey))).toEqual(['team/base:v1']);
  });

  it('is refused with a challenge to a user whose password is wrong', async () => {
    expect((await client.send('', {}, basic('ann', 'wrong'))).status).toBe(401);
  });
});
