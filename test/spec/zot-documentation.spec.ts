import { readFileSync } from 'node:fs';
import { createTestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { GraphqlConfig } from '../../plugins/search/src/graphql/graphql.config.js';
import search from '../../plugins/search/src/index.js';
import { GuardedRegistry } from './guarded.js';
import { useZotImages } from './use-zot-images.js';
import { askByGet } from './zot-search.js';

const page = readFileSync(new URL('../../docs/search.md', import.meta.url), 'utf8');
const section = /^## Zot's API\n(.*?)(?=^## |(?![^]))/ms.exec(page)?.[1] ?? '';
const registry = useZotImages();

describe("docs/search.md, Zot's API", () => {
  const examples = [...section.matchAll(/```graphql\n(.*?)```\n\n```json\n(.*?)```/gs)].map(([, query, answer]) => ({
    query: query ?? '',
    answer: answer ?? '',
  }));

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)('has an answer as the server gives it: $query', async ({ query, answer }) => {
    const { data, errors } = await askByGet(registry(), query);
    expect(errors).toBeUndefined();
    expect(data).toEqual(JSON.parse(answer));
  });

  it('has every limit with its default', () => {
    const rows = [...section.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm)].map(([, key, value]) => [key, value]);
    const defaults = Object.entries(new GraphqlConfig()).map(([key, value]) => [key, String(value)]);
    expect(rows).toEqual(defaults);
  });

  it('shows what a page is told first', async () => {
    const shown = /### What a page asks first.*?```json\n(.*?)```/s.exec(section)?.[1] ?? '';
    const guarded = new GuardedRegistry(['jane']);
    await guarded.start({ auth: { apikey: true, bearer: {} } }, { plugins: [{ plugin: search }] });
    const { body } = await guarded.send('GET', '/v2/_zot/ext/mgmt');
    await guarded.close();
    expect(JSON.parse(body.toString())).toEqual(JSON.parse(shown));
  });
});

describe('what the section graphql says holds', () => {
  const messageOf = async (graphql: object, query: string, body?: unknown): Promise<string | undefined> => {
    const limited = await createTestRegistry({ plugins: [{ plugin: search, section: { graphql } }] });
    const path = '/v2/_zot/ext/search';
    const { body: bytes } = body
      ? await limited.request('POST', path, {
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(body)),
        })
      : await limited.request('GET', `${path}?query=${encodeURIComponent(query)}`);
    await limited.close();
    const { errors } = JSON.parse(bytes.toString()) as { readonly errors?: readonly { readonly message: string }[] };
    return errors?.[0]?.message;
  };
  const LIST = '{ImageList(repo:""){Page{TotalCount}}}';

  it.each([
    [{ introspection: false }, '{__schema{types{name}}}', 'GraphQL introspection has been disabled'],
    [{ maxDepth: 2 }, LIST, 'the query is 3 fields deep; 2 are allowed'],
    [{ maxFields: 2 }, LIST, 'the query selects 3 fields; 2 are allowed'],
    [{ maxCost: 250 }, LIST, 'the query costs 300; 250 is allowed'],
    [{ maxResults: 5 }, '{ImageList(repo:"" requestedPage:{limit:6}){Page{TotalCount}}}', 'cannot be more than 5'],
  ])('%j', async (graphql, query, message) => {
    expect(await messageOf(graphql, query)).toContain(message);
    expect(await messageOf({}, query)).toBeUndefined();
  });

  it('of arrays', async () => {
    const body = [{ query: LIST }];
    expect(await messageOf({ maxBatch: 1 }, '', body)).toBeUndefined();
    expect(await messageOf({ maxBatch: 1 }, '', [...body, ...body])).toContain('arrays are not allowed');
  });
});
