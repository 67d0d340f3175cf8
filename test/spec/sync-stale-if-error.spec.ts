import { anImage, digestBytes, type FakeUpstream, type TestRegistry, type UpstreamBehaviour } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror } = useSync();
const STRICT = { staleIfError: false, responseHeaderTimeout: '300ms' };
const PATH = 'team/app/manifests/v1';
const image = anImage().build();

async function held(
  section: object = STRICT,
): Promise<{ readonly from: FakeUpstream; readonly registry: TestRegistry }> {
  const from = await upstream();
  from.has('team/app', image, 'v1');
  const registry = await mirror([from, { ...section }]);
  expect((await pull(registry, PATH)).status).toBe(200);
  registry.clock.advance(WINDOW);
  return { from, registry };
}

describe('a tag that is held, with staleIfError false, where past its window the upstream', () => {
  it.each<readonly [string, UpstreamBehaviour, number]>([
    ['hangs', { hangs: true }, 504],
    ['answers 401', { status: 401 }, 502],
    ['answers 429', { status: 429, headers: { 'retry-after': '60' } }, 429],
    ['answers 500', { status: 500 }, 502],
    ['answers 503', { status: 503 }, 503],
    ['shows a page to log in', { showsPage: true }, 502],
    ['points to what it does not give', { claimsDigest: digestBytes(Buffer.from('other')) }, 502],
  ])('%s, is an error within two seconds that names the upstream, again and again', async (_, behaviour, expected) => {
    const { from, registry } = await held();
    from.behaviour = behaviour;
    for (let pulls = 1; pulls <= 5; pulls++) {
      const began = performance.now();
      const { status, body } = await pull(registry, PATH);
      // Once it is left alone, nobody knows more than that it failed.
      expect(pulls > 3 ? [expected, 502] : [expected]).toContain(status);
      expect(body.toString()).toContain(from.host);
      expect(performance.now() - began).toBeLessThan(pulls > 3 ? 200 : 2000);
    }
  });

  it('refuses connections, is 502', async () => {
    const { from, registry } = await held();
    await from.close();
    expect((await pull(registry, PATH)).status).toBe(502);
  });

  it('says when to come again, tells the client', async () => {
    const { from, registry } = await held();
    from.behaviour = { status: 429, headers: { 'retry-after': '60' } };
    expect((await pull(registry, PATH)).response.headers['retry-after']).toBe('60');
  });

  it('fails, is served by its digest, and so are its blobs that are held', async () => {
    const { from, registry } = await held();
    const blob = `team/app/blobs/${image.blobs[0]?.digest ?? ''}`;
    await pull(registry, blob);
    await from.close();
    expect((await pull(registry, `team/app/manifests/${image.digest}`)).status).toBe(200);
    expect((await pull(registry, blob)).status).toBe(200);
  });

  it('has moved it and does not give the newer one, is an error', async () => {
    const { from, registry } = await held();
    const newer = anImage().build();
    from.has('team/app', newer, 'v1');
    from.behaviour = { bytesFor: new Map([[newer.digest, image.manifest]]) };
    expect((await pull(registry, PATH)).status).toBe(502);
  });

  it('is well again, is served', async () => {
    const { from, registry } = await held();
    from.behaviour = { status: 500 };
    expect((await pull(registry, PATH)).status).toBe(502);
    from.behaviour = {};
    expect(await pull(registry, PATH)).toMatchObject({ status: 200, warning: undefined });
  });

  it('has it no more, is served marked stale, for that is an answer', async () => {
    const { from, registry } = await held();
    from.losesTag('team/app', 'v1');
    expect(await pull(registry, PATH)).toMatchObject({ status: 200, warning: STALE });
  });
});
