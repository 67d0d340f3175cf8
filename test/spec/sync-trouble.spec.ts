import { anImage, digestBytes, type FakeUpstream, type TestRegistry, type UpstreamBehaviour } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror, mirrorWith } = useSync();
const image = anImage().build();
const PATH = 'team/app/manifests/v1';
const BLOB = `team/app/blobs/${image.blobs[1]?.digest ?? ''}`;
/** So that a test of silence is over soon. */
const QUICK = { responseHeaderTimeout: '300ms' };

async function anUpstreamWithImage(): Promise<FakeUpstream> {
  const from = await upstream();
  from.has('team/app', image, 'v1');
  return from;
}

function total(registry: TestRegistry, name: string): number {
  const series = registry.numbers.find((one) => one.name === `berth_sync_${name}`)?.series ?? [];
  return series.reduce((sum, { value }) => sum + value, 0);
}

/** Every way of not answering what was asked, by what a client is told where nothing is held. */
const TROUBLES: readonly (readonly [string, UpstreamBehaviour | 'refuses', number])[] = [
  ['refuses connections', 'refuses', 502],
  ['hangs', { hangs: true }, 504],
  ['answers 401', { status: 401 }, 502],
  ['answers 403', { status: 403 }, 502],
  ['answers 429', { status: 429, headers: { 'retry-after': '60' } }, 429],
  ['answers 500', { status: 500 }, 502],
  ['answers 503', { status: 503 }, 503],
  ['shows a page to log in', { showsPage: true }, 502],
  ['gives other bytes', { bytesFor: new Map([[image.digest, anImage().build().manifest]]) }, 502],
  ['gives no JSON', { bytesFor: new Map([[image.digest, Buffer.from('no manifest')]]) }, 502],
  ['claims another digest', { claimsDigest: digestBytes(Buffer.from('other')) }, 502],
  ['gives more than 4 MiB', { bytesFor: new Map([[image.digest, Buffer.alloc(4 * 1024 * 1024 + 1, ' ')]]) }, 502],
  ['redirects for ever', { status: 302, headers: { location: '/v2/' } }, 502],
  ['redirects to no web', { status: 302, headers: { location: 'file:///etc/passwd' } }, 502],
];

async function trouble(from: FakeUpstream, behaviour: UpstreamBehaviour | 'refuses'): Promise<void> {
  if (behaviour === 'refuses') await from.close();
  else from.behaviour = behaviour;
}

describe('what is not held, where the upstream', () => {
  it.each(TROUBLES)('%s, is an error soon that names the upstream', async (_, behaviour, expected) => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from, QUICK]);
    await trouble(from, behaviour);
    const { status, body } = await pull(registry, PATH);
    expect([status, body.toString()]).toEqual([expected, expect.stringContaining(from.host)]);
  });

  it.each(
    TROUBLES.filter(
      ([, behaviour]) => behaviour === 'refuses' || !('bytesFor' in behaviour || 'claimsDigest' in behaviour),
    ),
  )('%s, is an error soon for a blob too', async (_, behaviour, expected) => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from, QUICK]);
    await trouble(from, behaviour);
    const { status, body } = await pull(registry, BLOB);
    expect([status, body.toString()]).toEqual([expected, expect.stringContaining(from.host)]);
  });

  it('speaks no TLS where that is configured, is 502', async () => {
    const from = await anUpstreamWithImage();
    const registry = await mirrorWith({
      registries: [{ urls: [from.url.replace('http:', 'https:')], onDemand: true }],
    });
    const { status, body } = await pull(registry, PATH);
    expect([status, body.toString()]).toEqual([502, expect.stringContaining(from.host)]);
  });

  it('is asked for again once the upstream is well', async () => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from]);
    from.behaviour = { status: 500 };
    expect((await pull(registry, PATH)).status).toBe(502);
    from.behaviour = {};
    expect((await pull(registry, PATH)).status).toBe(200);
  });
});

describe('a tag that is held, where past its window the upstream', () => {
  it.each([
    ...TROUBLES.filter(
      ([, behaviour]) => behaviour === 'refuses' || !('bytesFor' in behaviour || 'claimsDigest' in behaviour),
    ),
    ['has it no more', { status: 404 }, 404] as const,
  ])('%s, is served within two seconds, marked stale and counted', async (_, behaviour) => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from, QUICK]);
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    await trouble(from, behaviour);
    for (let pulls = 1; pulls <= 5; pulls++) {
      const began = performance.now();
      const pulled = await pull(registry, PATH);
      expect(pulled).toMatchObject({ status: 200, body: image.manifest, warning: STALE });
      expect(performance.now() - began).toBeLessThan(pulls > 3 ? 200 : 2000);
      expect(total(registry, 'stale_total')).toBe(pulls);
    }
  });

  it('says that it is elsewhere and does not give it, is served marked stale', async () => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from]);
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    from.behaviour = { claimsDigest: digestBytes(Buffer.from('other')) };
    expect(await pull(registry, PATH)).toMatchObject({ status: 200, body: image.manifest, warning: STALE });
  });

  it('hangs for long, is served at once from the fourth time on', async () => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from]);
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    from.behaviour = { hangs: true };
    for (let pulls = 0; pulls < 3; pulls++) await pull(registry, PATH);
    const began = performance.now();
    expect((await pull(registry, PATH)).warning).toBe(STALE);
    expect(performance.now() - began).toBeLessThan(200);
  }, 10_000);

  it('is slow beyond patience, is served as it is, and what the upstream says late counts for the next pull', async () => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from]);
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    const newer = anImage().build();
    from.has('team/app', newer, 'v1');
    from.behaviour = { delay: 1500 };
    expect(await pull(registry, PATH)).toMatchObject({ digest: image.digest, warning: STALE });
    from.behaviour = {};
    await vi.waitFor(async () => {
      expect(await pull(registry, PATH)).toMatchObject({ digest: newer.digest, warning: undefined });
    }, 5000);
    expect(from.count('HEAD', /manifests/)).toBe(1);
  });
});

describe('an upstream that failed three times in a row', () => {
  async function failed(): Promise<{ readonly from: FakeUpstream; readonly registry: TestRegistry }> {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from]);
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    from.behaviour = { status: 500 };
    for (let pulls = 0; pulls < 3; pulls++) await pull(registry, PATH);
    from.requests.length = 0;
    return { from, registry };
  }

  it('is left alone, and says so in a gauge', async () => {
    const { from, registry } = await failed();
    expect((await pull(registry, PATH)).warning).toBe(STALE);
    expect((await pull(registry, 'team/other/manifests/v1')).status).toBe(502);
    expect(from.requests).toEqual([]);
    expect(total(registry, 'breaker_open')).toBe(1);
  });

  it('is asked again after ten seconds, by one at a time, and is well again once it answers', async () => {
    const { from, registry } = await failed();
    registry.clock.advance(10_000);
    await pull(registry, PATH);
    expect(from.requests).toHaveLength(1);
    await pull(registry, PATH);
    expect(from.requests).toHaveLength(1);

    from.behaviour = {};
    registry.clock.advance(10_000);
    expect((await pull(registry, PATH)).warning).toBeUndefined();
    expect(total(registry, 'breaker_open')).toBe(0);
  });
});

describe('an upstream that says when to come again', () => {
  it('is not asked before, and clients are told', async () => {
    const from = await anUpstreamWithImage();
    const registry = await mirror([from]);
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    from.behaviour = {
      status: 429,
      headers: { 'retry-after': '60', 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' },
    };
    await pull(registry, PATH);
    from.requests.length = 0;

    expect((await pull(registry, PATH)).warning).toBe(STALE);
    const { status, response } = await pull(registry, 'team/other/manifests/v1');
    expect([status, response.headers['retry-after']]).toEqual([429, '60']);
    expect(from.requests).toEqual([]);
    expect([total(registry, 'rate_limit'), total(registry, 'rate_limit_remaining')]).toEqual([100, 0]);

    from.behaviour = { headers: { 'ratelimit-remaining': '3' } };
    registry.clock.advance(60_000);
    expect((await pull(registry, PATH)).warning).toBeUndefined();
    expect(total(registry, 'rate_limit_remaining')).toBe(3);
  });
});

describe('several urls of one upstream', () => {
  it('are asked in turn until one is not in trouble', async () => {
    const [first, second] = [await anUpstreamWithImage(), await anUpstreamWithImage()];
    const registry = await mirrorWith({ registries: [{ urls: [first.url, second.url], onDemand: true }] });
    first.behaviour = { showsPage: true };
    expect((await pull(registry, PATH)).status).toBe(200);
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  it('are asked in turn where one gives other bytes than those of the digest', async () => {
    const [first, second] = [await anUpstreamWithImage(), await anUpstreamWithImage()];
    first.behaviour = { bytesFor: new Map([[image.digest, anImage().build().manifest]]), claimsDigest: 'none' };
    const registry = await mirrorWith({ registries: [{ urls: [first.url, second.url], onDemand: true }] });
    expect(await pull(registry, `team/app/manifests/${image.digest}`)).toMatchObject({ body: image.manifest });
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  it('are not asked where the first says that there is none', async () => {
    const [first, second] = [await upstream(), await anUpstreamWithImage()];
    const registry = await mirrorWith({ registries: [{ urls: [first.url, second.url], onDemand: true }] });
    expect((await pull(registry, PATH)).status).toBe(404);
    expect(second.requests).toEqual([]);
  });
});

describe('several upstreams', () => {
  it('are asked in their order where one has not what is wanted, and does not let us have it', async () => {
    const [first, second, third] = [await upstream(), await upstream(), await anUpstreamWithImage()];
    second.behaviour = { status: 403 };
    const registry = await mirror([first], [second], [third]);
    expect((await pull(registry, PATH)).status).toBe(200);
    expect([first, second, third].map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });

  it("are not asked after one in trouble, lest another one's image takes its place", async () => {
    const [first, second] = [await upstream(), await anUpstreamWithImage()];
    first.behaviour = { status: 500 };
    const registry = await mirror([first], [second]);
    expect((await pull(registry, PATH)).status).toBe(502);
    expect(second.requests).toEqual([]);
  });

  it('leave a repository to that which it mirrors, although one before it begins to have the name', async () => {
    const [first, second] = [await upstream(), await anUpstreamWithImage()];
    const registry = await mirror([first], [second]);
    await pull(registry, PATH);
    first.has('team/app', anImage().build(), 'v1');
    registry.clock.advance(WINDOW);
    expect((await pull(registry, PATH)).digest).toBe(image.digest);
    first.requests.length = 0;
    await pull(registry, BLOB);
    expect(first.requests).toEqual([]);
  });

  it('are 502 where one is absent and the last unavailable', async () => {
    const [first, second] = [await upstream(), await upstream()];
    second.behaviour = { status: 500 };
    const registry = await mirror([first], [second]);
    const { status, body } = await pull(registry, PATH);
    expect([status, body.toString()]).toEqual([502, expect.stringContaining(second.host)]);
  });
});
