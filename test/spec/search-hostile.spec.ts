import { anImage, pushManifest } from '@berth/testkit';
import search from '@berth/plugin-search';
import { beforeAll, describe, expect, it } from 'vitest';
import { SearchClient } from './use-search.js';
import { senderTo, useRegistry } from './use-registry.js';

const registry = useRegistry({ plugins: [{ plugin: search }] });
const send = senderTo(registry);
const client = new SearchClient(registry);

const QUOTE = `it's "quoted" \\ 100% [q]* _under?`;

beforeAll(async () => {
  const image = anImage({ seed: 1 })
    .withLabels({ plain: 'zzz', [QUOTE]: QUOTE, star: '*', bracket: '[abc]' })
    .build();
  await pushManifest(registry().request, 'some/app', image, { tag: 'v1' });
  await pushManifest(registry().request, 'other/app', anImage({ seed: 2 }).build(), { tag: 'v1' });
  await client.finds('app', ['other/app:v1', 'some/app:v1']);
});

/** SQL, full text and pattern syntax, and what breaks where text ends early. */
const ATTACKS = [
  `' or '1'='1`,
  `'; drop table images; --`,
  `") or 1=1 --`,
  `x' union select 1,2,3 --`,
  `NEAR(a b)`,
  `a* OR b`,
  `words : app`,
  `{words} : app`,
  `-app`,
  `^app`,
  `app + some`,
  `a"b`,
  `""`,
  `\\`,
  `%`,
  `_`,
  `[`,
  `[a-z]`,
  `[^x]`,
  `*\u0000*`,
  `\u0000`,
  `\ud800`,
  `\u202e`,
  'a'.repeat(500),
  `?7`,
  `:name`,
  `@zq`,
  `$zq`,
  `{{7*7}}`,
  `../../etc/passwd`,
];
const FIELDS = ['', 'repo:', 'tag:', 'label:', 'label:k=', 'annotation:', 'annotation:k=', 'platform:', 'mediatype:'];
const MORE_FIELDS = ['artifacttype:', 'mirrored-from:', 'base:', 'base-of:', 'digest:', 'size:', 'pushed:', 'signed:'];

function inQuotes(text: string): string {
  return `"${text.replace(/["\\]/g, (special) => `\\${special}`)}"`;
}

describe.each([...FIELDS, ...MORE_FIELDS, 'tag:semver:'])('what is no query behind %j', (field) => {
  it('is text and nothing else, or is refused', async () => {
    for (const attack of ATTACKS) {
      const { status, text } = await client.send(field + inQuotes(attack));
      expect([200, 400], `${field}${attack}: ${text}`).toContain(status);
      if (status === 200) expect(JSON.parse(text), attack).toMatchObject({ total: 0 });
    }
  });

  it('does no harm without quotes', async () => {
    for (const attack of ATTACKS) {
      const { status, text } = await client.send(field + attack);
      expect([200, 400], `${field}${attack}: ${text}`).toContain(status);
    }
    expect(await client.names('app')).toEqual(['other/app:v1', 'some/app:v1']);
  });
});

describe('a text with what is special in it', () => {
  it('is found as it stands', async () => {
    expect(await client.names(`label:${inQuotes(QUOTE)}=${inQuotes(QUOTE)}`)).toEqual(['some/app:v1']);
    expect(await client.names('label:star="*"')).toEqual(['some/app:v1']);
    expect(await client.names('label:plain="*"')).toEqual([]);
    expect(await client.names('label:bracket="[abc]"')).toEqual(['some/app:v1']);
    expect(await client.names('label:bracket=*"[abc]"')).toEqual(['some/app:v1']);
    expect(await client.names('label:bracket="[abc"*')).toEqual(['some/app:v1']);
    expect(await client.names('label:plain=*"[x]"*')).toEqual([]);
    expect(await client.names('label:star=?')).toEqual(['some/app:v1']);
  });
});

describe('a query that is much work', () => {
  it.each([
    ['many terms', Array.from({ length: 50 }, (_, at) => `a${String(at)}`).join(' OR ')],
    ['many patterns', Array.from({ length: 50 }, () => '*a*a*a*a*a*a*a*b').join(' OR ')],
    ['many patterns of repositories', Array.from({ length: 50 }, () => 'repo:**/*a*/*a*/**').join(' OR ')],
    ['many negations', `${'NOT '.repeat(19)}a`],
    ['many ranges', Array.from({ length: 50 }, () => 'tag:semver:"1.x || 2.x || 3.x || >4 <5"').join(' OR ')],
  ])('because of %s is answered', async (_, query) => {
    const started = performance.now();
    expect((await client.send(query)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('because it is long is refused', async () => {
    const { status, text } = await client.send(`"${'x'.repeat(20_000)}"`);

    expect([status, text]).toEqual([400, expect.stringContaining('at most 4096 characters')]);
  });

  it('leaves the server its turns', async () => {
    const searches = Array.from({ length: 10 }, (_, at) => client.send(`*a*a*a*a*a${String(at)} OR *b*b*b*b*`));
    expect((await send('GET', '/livez')).status).toBe(200);
    await Promise.all(searches);
  });
});
