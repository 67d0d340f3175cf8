import { describe, expect, it } from 'vitest';
import { CLI_ARGUMENTS, CLI_SCHEMA_QUERY, cliQueries, pageQueries } from './zot-clients.js';
import { app } from './zot-images.js';
import { useZotImages } from './use-zot-images.js';
import { ZOT_SEARCH } from './zot-search.js';

const registry = useZotImages();
const image = { repository: 'team/app', tag: '1.0', digest: app.digest };

/** As both clients send it. The command-line client has the query in the body, too, whatever the method. */
async function ask(query: string, hasBody: boolean): Promise<{ readonly status: number; readonly answer: unknown }> {
  const body = Buffer.from(query);
  const headers = { 'content-type': 'application/json', ...(hasBody && { 'content-length': String(body.length) }) };
  const path = `${ZOT_SEARCH}?query=${encodeURIComponent(query)}`;
  const response = await registry().request('GET', path, { headers, ...(hasBody && { body }) });
  return { status: response.status, answer: JSON.parse(response.body.toString()) };
}

describe("zot's command-line client", () => {
  it('finds the extension where it looks for it', async () => {
    const { body } = await registry().request('GET', '/v2/_oci/ext/discover');
    const { extensions } = JSON.parse(body.toString()) as {
      readonly extensions: readonly { readonly name: string; readonly endpoints: readonly string[] }[];
    };
    const zot = extensions.find(({ name }) => name === '_zot');
    expect(zot?.endpoints).toEqual(['/v2/_zot/ext/search', '/v2/_zot/ext/userprefs', '/v2/_zot/ext/mgmt']);
  });

  it('finds each query that it has, with the arguments that it compares', async () => {
    const { status, answer } = await ask(CLI_SCHEMA_QUERY, true);
    expect(status).toBe(200);
    const { data, errors } = answer as {
      readonly data: {
        readonly __schema: {
          readonly queryType: { readonly fields: readonly { name: string; args: readonly { name: string }[] }[] };
          readonly types: readonly { readonly name: string }[];
        };
      };
      readonly errors?: unknown;
    };
    expect(errors).toBeUndefined();
    const { queryType, types } = data.__schema;
    const found = Object.fromEntries(queryType.fields.map(({ name, args }) => [name, args.map((one) => one.name)]));
    expect(found).toMatchObject(CLI_ARGUMENTS);
    const needed = ['CVEResultForImage', 'CVEDiffResult', 'PaginatedImagesResult', 'Referrer', 'GlobalSearchResult'];
    expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(needed));
  });

  it.each(Object.entries(cliQueries(image)))('gets an answer to `zli %s`', async (_, query) => {
    const { status, answer } = await ask(query, true);
    expect(answer).not.toHaveProperty('errors');
    expect(status).toBe(200);
  });

  it('can read the digest of the configuration of each manifest, without which it prints nothing', async () => {
    const { answer } = await ask(cliQueries(image)['image list'] ?? '', true);
    const { data } = answer as {
      readonly data: { ImageList: { Results: { Manifests: readonly { readonly ConfigDigest: string | null }[] }[] } };
    };
    const configs = data.ImageList.Results.flatMap(({ Manifests }) =>
      Manifests.map(({ ConfigDigest }) => ConfigDigest),
    );
    expect(configs).toHaveLength(5);
    expect(configs.every((digest) => digest?.startsWith('sha256:'))).toBe(true);
  });
});

describe("zot's page", () => {
  it.each(Object.entries(pageQueries(image)))('gets an answer for what it shows under %s', async (_, query) => {
    const { status, answer } = await ask(query, false);
    expect(answer).not.toHaveProperty('errors');
    expect(status).toBe(200);
  });
});
