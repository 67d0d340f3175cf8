import { anImage, pushManifest } from '@berth/testkit';
import search from '@berth/plugin-search';
import { beforeAll, describe, expect, it } from 'vitest';
import { SearchClient } from './use-search.js';
import { senderTo, useRegistry } from './use-registry.js';

const registry = useRegistry({ plugins: [{ plugin: search }] });
const send = senderTo(registry);
const client = new SearchClient(registry);
const COUNT = 12;

const push = (repository: string, tag: string, size: number) =>
  pushManifest(registry().request, repository, anImage().withLayerSize(size).build(), { tag });

beforeAll(async () => {
  for (let at = 0; at < COUNT; at++) {
    // The clock of the registry stands still: some have the same time, and some the same size.
    if (at % 2 === 0) registry().clock.advance(1000);
    await push(`paged/app-${String(at % 3)}`, `v${String(at)}`, 100 + Math.floor(at / 4) * 1000);
  }
  await client.finds('tag:v11', ['paged/app-2:v11']);
});

/** All pages of a search, `between` done before each but the first. */
async function walk(
  parameters: Readonly<Record<string, string>>,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await client.ask('paged', { limit: '5', ...parameters, ...(cursor !== null && { cursor }) });
    seen.push(...page.results.map(({ repository, tag }) => `${repository}:${tag ?? ''}`));
    cursor = page.next;
    if (cursor !== null) await between();
  } while (cursor !== null);
  return seen;
}

describe('pages', () => {
  it.each(['name', '-name', 'pushed', '-pushed', 'size', '-size', 'pulls', '-pulls', 'relevance', '-relevance'])(
    'by %s have each image once, in the order of one large page',
    async (sort) => {
      const { results } = await client.ask('paged', { limit: '100', sort });
      const whole = results.map(({ repository, tag }) => `${repository}:${tag ?? ''}`);

      expect(whole).toHaveLength(COUNT);
      expect(await walk({ sort })).toEqual(whole);
    },
  );

  it('are in the order that is asked for', async () => {
    const bySize = (await client.ask('paged', { sort: 'size' })).results.map(({ size }) => size);
    const byTime = (await client.ask('paged', { sort: '-pushed' })).results.map(({ pushedAt }) => pushedAt);
    const byName = (await client.ask('', { sort: '-name' })).results.map(({ repository }) => repository);

    expect(bySize).toEqual(bySize.toSorted((left, right) => right - left));
    expect(byTime).toEqual(byTime.toSorted());
    expect(byName).toEqual(byName.toSorted().toReversed());
  });

  it('neither repeat nor leave out what was there all the while, whatever comes and goes', async () => {
    const before = await walk({ sort: 'name' });
    let step = 0;
    const seen = await walk({ sort: 'name' }, async () => {
      step += 1;
      await push(`paged/aaa-${String(step)}`, 'new', 10);
      await push(`paged/zzz-${String(step)}`, 'new', 10);
      await client.finds(`repo:paged/zzz-${String(step)}`, [`paged/zzz-${String(step)}:new`]);
    });
    expect(seen.filter((name) => !name.endsWith(':new'))).toEqual(before);
    expect(seen.filter((name) => name.includes('aaa'))).toEqual([]);

    for (const name of ['aaa', 'zzz'].flatMap((kind) =>
      Array.from({ length: step }, (_, at) => `${kind}-${String(at + 1)}`),
    ))
      await send('DELETE', `/v2/paged/${name}/manifests/new`);
    await client.finds('tag:new', []);
  });

  it('count ages from the first page', async () => {
    const first = await client.ask('pushed:<1h', { limit: '5', sort: 'name' });
    registry().clock.advance(2 * 3_600_000);
    const second = await client.ask('pushed:<1h', { limit: '5', sort: 'name', cursor: first.next ?? '' });

    expect([first.total, second.total]).toEqual([COUNT, COUNT]);
    expect((await client.ask('pushed:<1h')).total).toBe(0);
  });

  it('put the best first where the query has words', async () => {
    await push('other/paged', 'x', 10);
    await push('paged', 'x', 10);
    await client.finds('repo:paged', ['paged:x']);

    expect((await client.names('paged')).slice(0, 2)).toEqual(['paged:x', 'other/paged:x']);
  });

  it.each([
    ['another query', 'other', {}],
    ['another order', 'paged', { sort: 'size' }],
  ])('go on for no %s', async (_, query, parameters) => {
    const { next } = await client.ask('paged', { limit: '1', sort: 'name' });
    const { status, text } = await client.send(query, { sort: 'name', ...parameters, cursor: next ?? '' });

    expect([status, text]).toEqual([400, expect.stringContaining('the cursor is unknown')]);
  });

  it.each(['', 'x', 'e30', 'null', '../..', 'WzEsIngiLDAsW11d', 'A'.repeat(5000), "' or 1=1 --"])(
    'begin with no cursor %j that no search has given',
    async (cursor) => {
      const { status, text } = await client.send('paged', { cursor });

      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ code: 'UNSUPPORTED', detail: { parameter: 'cursor' } }] });
    },
  );
});

describe('a parameter', () => {
  it.each([
    ['limit', '0'],
    ['limit', '-1'],
    ['limit', 'many'],
    ['sort', 'age'],
    ['sort', '--name'],
    ['offset', '5'],
  ])('%s=%s is refused with what it may be', async (name, value) => {
    const { status, text } = await client.send('paged', { [name]: value });

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ detail: { parameter: name } }] });
  });

  it('that is given twice is refused', async () => {
    expect((await send('GET', '/v2/_berth/ext/search?q=a&q=b')).status).toBe(400);
  });

  it('limit above the largest is the largest', async () => {
    expect((await client.send('paged', { limit: '100000' })).status).toBe(200);
  });
});
