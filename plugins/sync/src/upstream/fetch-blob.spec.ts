import { buffer } from 'node:stream/consumers';
import { aBlob, FakeUpstream } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchBlob } from './fetch-blob.js';
import { hostOf, type HostUnderTest } from './host.fixture.js';

const blob = aBlob(Buffer.from('0123456789'));
const ask = { repository: 'team/app', signal: new AbortController().signal };

describe('a blob of an upstream', () => {
  let upstream: FakeUpstream;
  let tested: HostUnderTest;

  beforeEach(async () => {
    upstream = await FakeUpstream.start();
    upstream.hasBlob('team/app', blob);
    tested = hostOf(upstream);
  });

  afterEach(async () => {
    await tested.close();
    await upstream.close();
  });

  async function fetch(from: number): Promise<readonly unknown[] | undefined> {
    const got = await fetchBlob(tested.host, blob.digest, { ...ask, from });
    return got && [(await buffer(got.stream)).toString(), got.size, got.offset];
  }

  it('comes whole, with its size', async () => {
    expect(await fetch(0)).toEqual(['0123456789', 10, 0]);
    expect(upstream.requests[0]?.headers.range).toBeUndefined();
  });

  it('comes from the byte on that is wanted, with the size of the whole', async () => {
    expect(await fetch(4)).toEqual(['456789', 10, 4]);
  });

  it('comes whole, and says so, where the upstream knows no ranges', async () => {
    upstream.behaviour = { servesRanges: false };
    expect(await fetch(4)).toEqual(['0123456789', 10, 0]);
  });

  it('comes whole where the upstream says that there is nothing from there on', async () => {
    expect(await fetch(10)).toEqual(['0123456789', 10, 0]);
    expect(upstream.requests).toHaveLength(2);
  });

  it.each(['bytes 6-9/10', 'bytes 4-9/', 'nonsense'])('is trouble where another part comes: %s', async (range) => {
    upstream.behaviour = { headers: { 'content-range': range }, status: 206 };
    await expect(fetch(4)).rejects.toThrow('it gives another part than was asked for');
  });

  it('comes from an earlier byte than was asked for, and says so', async () => {
    upstream.behaviour = { headers: { 'content-range': 'bytes 2-9/*' }, status: 206 };
    const got = await fetchBlob(tested.host, blob.digest, { ...ask, from: 4 });
    expect(got).toMatchObject({ offset: 2, size: undefined });
    await buffer(got?.stream ?? expect.fail());
  });

  it('is not there where the upstream says so, and trouble for any other answer', async () => {
    upstream.behaviour = { status: 404 };
    expect(await fetch(0)).toBeUndefined();
    upstream.behaviour = { status: 400 };
    await expect(fetch(0)).rejects.toThrow('it answers 400');
  });

  it('that breaks off fails for whoever reads it', async () => {
    upstream.behaviour = { cutsAfter: 3 };
    await expect(fetch(0)).rejects.toThrow();
  });

  it('holds its slot until it has come', async () => {
    const bounded = hostOf(upstream, { atOnce: 1, perSecond: undefined });
    const first = await fetchBlob(bounded.host, blob.digest, { ...ask, from: 0 });
    const second = fetchBlob(bounded.host, blob.digest, { ...ask, from: 0 });
    // A turn over the network, in which the second one would be asked for.
    await fetch(0);
    expect(upstream.requests).toHaveLength(2);
    await buffer(first?.stream ?? expect.fail());
    await buffer((await second)?.stream ?? expect.fail());
    expect(upstream.requests).toHaveLength(3);
    await bounded.close();
  });
});
