import { aBlob, type FakeUpstream, SeededRandom, type TestRegistry } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { FillLimits } from '../../src/content/blobs/fill-limits.js';
import { pull, useSync } from './use-sync.js';

const KIB = 1024;
const { upstream, mirrorWith } = useSync();
const { digest, bytes } = aBlob(new SeededRandom(1, 'cut transfers').bytes(500 * KIB));
const PATH = `app/blobs/${digest}`;

/** A mirror of several urls of one upstream, which has the blob at each. */
async function mirrorOf(...hosts: readonly FakeUpstream[]): Promise<TestRegistry> {
  for (const host of hosts) host.hasBlob('app', { digest, bytes });
  const registry = await mirrorWith({ registries: [{ urls: hosts.map(({ url }) => url), onDemand: true }] });
  registry.application.get(FillLimits).retryDelays = [0, 0, 0];
  return registry;
}

/** The first byte that each request for the blob wanted. */
function startsAt({ requests }: FakeUpstream): number[] {
  return requests.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0));
}

describe('an upstream that cuts each transfer', () => {
  it.each([30_000, 64 * KIB, 64 * KIB + 1, 200_000])(
    'after %i bytes is asked for the rest, at one url after the other',
    async (cutsAfter) => {
      const hosts = [await upstream(), await upstream()];
      for (const host of hosts) host.behaviour = { cutsAfter };
      const registry = await mirrorOf(...hosts);
      const { status, body } = await pull(registry, PATH);

      expect([status, body.equals(bytes)]).toEqual([200, true]);
      const transfers = Math.ceil(bytes.byteLength / cutsAfter);
      const expected = Array.from({ length: transfers }, (_, transfer) => transfer * cutsAfter);
      const asked = hosts.map(startsAt);
      expect(asked.flat().toSorted((left, right) => left - right)).toEqual(expected);
      // What broke off is asked last, so that the two take turns.
      expect(asked).toEqual([0, 1].map((host) => expected.filter((_, transfer) => transfer % 2 === host)));
    },
  );

  it('and knows no ranges gets nowhere, so that who reads it is cut off, and gives all of it once it does not', async () => {
    const host = await upstream();
    host.behaviour = { cutsAfter: 300_000, servesRanges: false };
    const registry = await mirrorOf(host);
    await expect(pull(registry, PATH)).rejects.toThrow();
    host.behaviour = { servesRanges: false };

    expect((await pull(registry, PATH)).body.equals(bytes)).toBe(true);
  });
});
