import { describe, expect, it } from 'vitest';
import { useZotImages } from './use-zot-images.js';
import { askByGet, askByPost, ZOT_SEARCH } from './zot-search.js';

const registry = useZotImages();

async function refusalOf(query: string): Promise<{ readonly status: number; readonly message: string | undefined }> {
  const { status, data, errors } = await askByPost(registry(), { query });
  expect(data).toBeUndefined();
  return { status, message: errors?.[0]?.message };
}

const CHEAP = '{ImageList(repo:"team/app" requestedPage:{limit:1}){Page{TotalCount}}}';

describe('a query that asks for too much', () => {
  const spreads = (count: number): string =>
    Array.from({ length: count }, (_, at) => `fragment f${at} on Query {...f${at + 1} ...f${at + 1}}`).join(' ');

  it.each([
    [
      'is too deep',
      `{__schema${'{types{fields{type'.repeat(6)}{name}${'}}}'.repeat(6)}}`,
      'fields deep; 15 are allowed',
    ],
    [
      'has too many fields',
      `{${Array.from({ length: 501 }, (_, at) => `a${at}:__typename`).join(' ')}}`,
      'selects 501 fields; 500 are allowed',
    ],
    [
      'has too many by fragments of fragments',
      `{...f0} ${spreads(60)} fragment f60 on Query {__typename}`,
      '500 are allowed',
    ],
    [
      'costs too much',
      '{ImageList(repo:"" requestedPage:{limit:20000}){Results{Manifests{Layers{Digest} History{Layer{Digest}} Referrers{Digest}}}}}',
      '1000000 is allowed: ask for smaller pages',
    ],
    [
      'costs too much by aliases',
      `{${Array.from({ length: 90 }, (_, at) => `a${at}: ImageList(repo:"" requestedPage:{limit:10000}){Results{Tag}}`).join(' ')}}`,
      '1000000 is allowed',
    ],
    [
      'asks for several lists without a page, whose length nobody knows',
      `{${Array.from({ length: 40 }, (_, at) => `a${at}: ImageList(repo:""){Results{Tag}}`).join(' ')}}`,
      '1000000 is allowed',
    ],
    [
      'costs too much by the default of a variable',
      'query a($page: PageInput = {limit: 20000}) {ImageList(repo:"" requestedPage:$page){Results{Manifests{Layers{Digest} History{Layer{Digest}} Referrers{Digest}}}}}',
      '1000000 is allowed',
    ],
    [
      'has a page that is too large',
      '{ImageList(repo:"" requestedPage:{limit:20001}){Results{Tag}}}',
      'cannot be more than 20000',
    ],
    ['has too many tokens', `{${'a '.repeat(10_001)}}`, 'more than 10000 tokens'],
    ['is nested without end', '{a'.repeat(30_000), 'nested more than 100 deep'],
    ['has lists without end', `{ImageList(repo:${'['.repeat(30_000)}`, 'nested more than 100 deep'],
  ])('%s: it is refused, and told what is allowed', async (_, query, message) => {
    const answer = await askByPost(registry(), { query });
    expect(answer.errors?.[0]?.message).toContain(message);
    expect(answer.data ?? null).toBeNull();
  });

  it('may ask for its page by a variable, and is counted as if it were written', async () => {
    const query = `query a($page: PageInput) {${Array.from({ length: 90 }, (_, at) => `a${at}: ImageList(repo:"" requestedPage:$page){Results{Tag}}`).join(' ')}}`;
    const small = await askByPost(registry(), { query, variables: { page: { limit: 1 } } });
    expect(small.errors).toBeUndefined();
    const large = await askByPost(registry(), { query, variables: { page: { limit: 10_000 } } });
    expect(large.errors?.[0]?.message).toContain('1000000 is allowed');
  });
});

describe('a query that is wrong', () => {
  it.each([
    ['nothing', '', 'query has to be a text'],
    ['no query', '{', 'Syntax Error'],
    ['fields that there are not', '{Nothing}', 'Cannot query field "Nothing"'],
    [
      'an argument of another type',
      '{ImageList(repo: 5){Page{TotalCount}}}',
      'String cannot represent a non string value: 5',
    ],
    [
      'an order that there is not',
      '{ImageList(repo:"" requestedPage:{sortBy:RANDOM}){Page{TotalCount}}}',
      'Value "RANDOM" does not exist',
    ],
    [
      'a number that is too large',
      '{ImageList(repo:"" requestedPage:{offset:99999999999}){Page{TotalCount}}}',
      'Int cannot represent',
    ],
    [
      'fragments in a circle',
      '{...a} fragment a on Query {...b} fragment b on Query {...a}',
      'Cannot spread fragment "a" within itself',
    ],
    ['a mutation', 'mutation {toggleStar}', 'only queries are answered'],
    ['a subscription', 'subscription {ImageList(repo:""){Page{TotalCount}}}', 'only queries are answered'],
    ['two operations', 'query a {__typename} query b {__typename}', 'operationName has to say which'],
    ['characters that no query has', '{a\u0000b}', 'Syntax Error'],
  ])('%s: it is refused as what is wrong with it', async (_, query, message) => {
    const refusal = await refusalOf(query);
    expect(refusal.status).toBe(400);
    expect(refusal.message).toContain(message);
  });

  it.each(['limit:-1', 'offset:-1'])('with %s gets no data', async (page) => {
    const { status, errors } = await askByGet(
      registry(),
      `{ImageList(repo:"" requestedPage:{${page}}){Page{TotalCount}}}`,
    );
    expect(status).toBe(200);
    expect(errors?.[0]?.message).toContain('cannot be negative');
  });

  it('is refused for a variable of another type', async () => {
    const query = 'query a($repo: String!) {ImageList(repo: $repo){Page{TotalCount}}}';
    const { status, errors } = await askByPost(registry(), { query, variables: { repo: { $gt: '' } } });
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain('Variable "$repo" got invalid value');
  });
});

describe('a request', () => {
  const send = async (
    body: string,
    type = 'application/json',
  ): Promise<{ status: number; message: string | undefined }> => {
    const { status, errors } = await askByPost(registry(), body, { 'content-type': type });
    return { status, message: errors?.[0]?.message };
  };

  it.each(['text/plain', 'application/graphql', 'application/x-www-form-urlencoded', 'application/jsonx', '*/*'])(
    'of the type %s is refused',
    async (type) => {
      expect(await send(JSON.stringify({ query: CHEAP }), type)).toMatchObject({ status: 415 });
    },
  );

  it('may say its character set', async () => {
    expect(await send(JSON.stringify({ query: CHEAP }), 'Application/JSON; charset=utf-8')).toMatchObject({
      status: 200,
    });
  });

  it.each([
    '',
    'nonsense',
    'null',
    '5',
    '"text"',
    '{}',
    '{"query":5}',
    '{"query":"{a}","variables":[]}',
    '{"query":"{a}","operationName":5}',
    '[]',
    '[[]]',
    '[null]',
  ])('with the body %s is refused in the form of GraphQL', async (body) => {
    const { status, message } = await send(body);
    expect(status).toBe(400);
    expect(message).toEqual(expect.any(String));
  });

  it('with a body of 100 KB is answered, and one of more than 256 KiB refused', async () => {
    const padded = (length: number): string => JSON.stringify({ query: `${CHEAP} #${'x'.repeat(length)}` });
    expect(await send(padded(100_000))).toMatchObject({ status: 200 });
    expect(await send(padded(300_000))).toMatchObject({ status: 413 });
  });

  it('by GET is refused without a query, with two, and with variables that are no JSON', async () => {
    for (const query of ['', '?query=', '?query={a}&query={b}', '?query={a}&variables={']) {
      const { status, body } = await registry().request('GET', `${ZOT_SEARCH}${encodeURI(query)}`);
      expect(status).toBe(400);
      expect(JSON.parse(body.toString())).toHaveProperty('errors');
    }
  });
});

describe('an array of operations', () => {
  it('is answered with an array, each in its place', async () => {
    const body = [{ query: CHEAP }, { query: '{Nothing}' }];
    const { status, body: bytes } = await registry().request('POST', ZOT_SEARCH, {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    });
    expect(status).toBe(200);
    expect(JSON.parse(bytes.toString())).toMatchObject([{ data: {} }, { errors: [{}] }]);
  });

  it('may hold ten', async () => {
    const eleven = Array.from({ length: 11 }, () => ({ query: CHEAP }));
    const { status, errors } = await askByPost(registry(), eleven);
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toBe('the array has 11 operations; more than 10 are not allowed');
  });

  it('may cost what one operation may', async () => {
    const query = '{ImageList(repo:"" requestedPage:{limit:20000}){Results{Tag RepoName Digest Size MediaType}}}';
    const { body } = await registry().request('POST', ZOT_SEARCH, {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(Array.from({ length: 10 }, () => ({ query })))),
    });
    const answers = JSON.parse(body.toString()) as readonly {
      readonly errors?: readonly { readonly message: string }[];
    }[];
    expect(answers[0]?.errors).toBeUndefined();
    expect(answers.at(-1)?.errors?.[0]?.message).toMatch(/the queries cost \d+ together; 1000000 is allowed/);
  });
});

const NASTY = [
  `'; drop table images; --`,
  `" or 1=1 --`,
  '%',
  '_',
  '*',
  '**/{a,b}/[!x]',
  'a" NEAR/5 "b',
  'words:* AND NOT (x)',
  '(a+)+$',
  '\\',
  '\u0000',
  '🐳'.repeat(50),
  '../../etc/passwd',
  'x'.repeat(256),
];

/** A query for each argument that takes a text. */
const TEXTS: Readonly<Record<string, string>> = {
  'GlobalSearch.query': 'GlobalSearch(query:$text){Page{TotalCount} Repos{Name} Images{Tag} Layers{Digest}}',
  'Filter.Os': 'GlobalSearch(query:"" filter:{Os:[$text]}){Page{TotalCount}}',
  'Filter.Arch': 'GlobalSearch(query:"team/app:" filter:{Arch:[$text]}){Page{TotalCount}}',
  'ImageList.repo': 'ImageList(repo:$text){Page{TotalCount}}',
  'Image.image': 'Image(image:$text){Tag}',
  'ImageListForDigest.id': 'ImageListForDigest(id:$text){Page{TotalCount}}',
  'DerivedImageList.digest': 'DerivedImageList(image:"base/alpine:3.20" digest:$text){Page{TotalCount}}',
  'BaseImageList.image': 'BaseImageList(image:$text){Page{TotalCount}}',
  'ExpandedRepoInfo.repo': 'ExpandedRepoInfo(repo:$text){Summary{Name}}',
  'Referrers.repo': `Referrers(repo:$text digest:"sha256:${'0'.repeat(64)}"){Digest}`,
  'Referrers.digest': 'Referrers(repo:"team/app" digest:$text){Digest}',
  'Referrers.type': `Referrers(repo:"team/app" digest:"sha256:${'0'.repeat(64)}" type:[$text]){Digest}`,
  'CVEListForImage.searchedCVE':
    'CVEListForImage(image:"team/app:1.0" searchedCVE:$text excludedCVE:$text severity:$text){Tag}',
  'ImageListForCVE.id': 'ImageListForCVE(id:$text){Page{TotalCount}}',
  'ImageListWithCVEFixed.image': 'ImageListWithCVEFixed(id:$text image:$text){Page{TotalCount}}',
  'ImageInput.Repo': 'CVEDiffListForImages(minuend:{Repo:$text Tag:$text} subtrahend:{Repo:"a" Tag:"b"}){Minuend{Tag}}',
};

describe('nothing is syntax', () => {
  it.each(Object.keys(TEXTS))('in %s', async (argument) => {
    for (const text of NASTY) {
      const query = `query a($text: String!) {${TEXTS[argument] ?? ''}}`;
      const { status, errors } = await askByPost(registry(), { query, variables: { text } });
      expect(status).toBe(200);
      expect(errors?.map(({ message }) => message).join() ?? '').not.toContain('internal error');
    }
    const { data } = await askByGet<{ ImageList: { Page: { TotalCount: number } } }>(
      registry(),
      '{ImageList(repo:""){Page{TotalCount}}}',
    );
    expect(data.ImageList.Page.TotalCount).toBe(4);
  });

  it('and a star, a percent sign or an underscore finds nothing but itself', async () => {
    for (const text of ['%', '_', '*', '?', '[a-z]', 'team_app', '%:%', '*:*']) {
      const query = 'query a($text: String!) {GlobalSearch(query:$text){Page{TotalCount}}}';
      const { data } = await askByPost<{ GlobalSearch: { Page: { TotalCount: number } } } | null>(registry(), {
        query,
        variables: { text },
      });
      expect(data?.GlobalSearch.Page.TotalCount ?? 0).toBe(0);
    }
  });

  it('of texts that are longer than any name', async () => {
    const { errors } = await askByGet(registry(), `{GlobalSearch(query:"${'x'.repeat(257)}"){Page{TotalCount}}}`);
    expect(errors?.[0]?.message).toBe('query cannot be longer than 256 characters');
  });
});
