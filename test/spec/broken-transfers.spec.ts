import { describe, expect, it } from 'vitest';
import { FillLimits } from '../../src/content/blobs/fill-limits.js';
import { aBlob, createTestRegistry } from '../kit/index.js';
import { BlobUpstream, Transfer, UPSTREAM } from './blob-upstream.js';
import { SlowDownload } from './slow-download.js';
import { bytes, PATH, pathOf, random, SIZE, useFill, WITHHELD } from './use-fill.js';

const stage = useFill();

describe('a transfer that breaks off', () => {
  it('is gone on with from its last byte, unseen by who reads it', async () => {
    const { upstream, pull, isHeld } = stage();
    const first = new Transfer().give(bytes.subarray(0, 100_000));
    const second = new Transfer().give(bytes.subarray(100_000));
    upstream.givesInTurn(SIZE, first, { stream: second, offset: 100_000 });
    const download = await pull();
    await expect.poll(() => download.length).toBe(100_000);
    first.breakOff();

    expect(await download.ended).toBe(true);
    expect(download.bytes.equals(bytes)).toBe(true);
    expect(upstream.asked.map(({ offset }) => offset)).toEqual([0, 100_000]);
    await expect.poll(isHeld).toBe(true);
  });

  it('is gone on with although the source begins again', async () => {
    const { upstream, pull } = stage();
    const first = new Transfer().give(bytes.subarray(0, 100_000));
    upstream.givesInTurn(SIZE, first, new Transfer().give(bytes));
    const download = await pull();
    await expect.poll(() => download.length).toBe(100_000);
    first.breakOff();

    expect(await download.ended).toBe(true);
    expect(download.bytes.equals(bytes)).toBe(true);
  });

  it('is gone on with where the stream ends early without an error', async () => {
    const { registry, upstream } = stage();
    const first = new Transfer().give(bytes.subarray(0, 5000));
    first.end();
    upstream.givesInTurn(SIZE, first, { stream: new Transfer().give(bytes.subarray(5000)), offset: 5000 });

    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
  });

  it('is asked for a few times, then cuts who reads it, and the next who wants it gets what was missing', async () => {
    const { registry, upstream, pull, isHeld, uploadsLeft } = stage();
    const first = new Transfer().give(bytes.subarray(0, 100_000));
    upstream.givesInTurn(SIZE, first);
    const download = await pull();
    await expect.poll(() => download.length).toBe(100_000);
    first.breakOff();
    expect(await download.ended).toBe(false);
    expect(upstream.asked.map(({ offset }) => offset)).toEqual([0, 100_000, 100_000, 100_000]);

    const rest = new Transfer().give(bytes.subarray(100_000));
    upstream.answer = ({ offset }) => ({
      outcome: 'found',
      found: { stream: rest, size: SIZE, upstream: UPSTREAM, offset },
    });
    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    expect(upstream.asked.at(-1)?.offset).toBe(100_000);
    await expect.poll(isHeld).toBe(true);
    await expect.poll(uploadsLeft).toBe(0);
  });

  it('of a blob that is withheld to its end is asked for once more, then told of with a status, and nothing of it is kept', async () => {
    const { registry, upstream, isHeld, uploadsLeft } = stage();
    const small = aBlob(random.bytes(WITHHELD));
    upstream.givesInTurn(WITHHELD, ...[0, 1].map(() => new Transfer().give(small.bytes.subarray(0, 100)).breakOff()));
    expect((await registry.request('GET', pathOf(small.digest))).status).toBe(502);
    expect(upstream.asked.map(({ offset }) => offset)).toEqual([0, 100]);
    await expect.poll(uploadsLeft).toBe(0);
    upstream.has(small.bytes);

    expect((await registry.request('GET', pathOf(small.digest))).body.equals(small.bytes)).toBe(true);
    expect(upstream.asked.at(-1)?.offset).toBe(0);
    await expect.poll(isHeld).toBe(true);
  });

  it('is given up where what was fetched before does not fit to what comes', async () => {
    const { registry, upstream, pull } = stage();
    const first = new Transfer().give(Buffer.alloc(100_000));
    upstream.givesInTurn(SIZE, first);
    const download = await pull();
    first.breakOff();
    await download.ended;
    upstream.has(bytes);

    expect(await (await pull()).ended).toBe(false);
    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
  });

  it.each([
    ['says another size', () => ({ stream: new Transfer().give(bytes), size: SIZE + 1, upstream: UPSTREAM })],
    [
      'begins too late',
      () => ({ stream: new Transfer().give(bytes), size: SIZE, upstream: UPSTREAM, offset: 100_001 }),
    ],
  ])('is not gone on with by a source that %s', async (_, found) => {
    const { upstream, pull } = stage();
    const first = new Transfer().give(bytes.subarray(0, 100_000));
    upstream.answer = (_asked, time) => ({
      outcome: 'found',
      found: time === 0 ? { stream: first, size: SIZE, upstream: UPSTREAM } : found(),
    });
    const download = await pull();
    first.breakOff();

    expect(await download.ended).toBe(false);
  });

  it('is gone on with after a restart', async () => {
    const { registry } = stage();
    const { root } = registry;
    const other = await createTestRegistry({ root: `${root}/restarted` });
    const before = new BlobUpstream();
    before.listenTo(other);
    before.givesInTurn(SIZE, new Transfer().give(bytes.subarray(0, 100_000)));
    const download = await SlowDownload.begin(other.url + PATH);
    await expect.poll(() => download.length).toBe(100_000);
    await other.close();
    expect(await download.ended).toBe(false);

    const again = await createTestRegistry({ root: `${root}/restarted` });
    const after = new BlobUpstream();
    after.listenTo(again);
    after.answer = ({ offset }) => {
      const stream = new Transfer().give(bytes.subarray(offset));
      return { outcome: 'found', found: { stream, size: SIZE, upstream: UPSTREAM, offset } };
    };
    expect((await again.request('GET', PATH)).body.equals(bytes)).toBe(true);
    expect(after.asked.map(({ offset }) => offset)).toEqual([100_000]);
    await again.close();
  });
});

describe('a silent source', () => {
  it('is asked again from where it fell silent', async () => {
    const { registry, upstream } = stage();
    registry.application.get(FillLimits).idleTimeout = 50;
    const first = new Transfer().give(bytes.subarray(0, 100_000));
    upstream.givesInTurn(SIZE, first, { stream: new Transfer().give(bytes.subarray(100_000)), offset: 100_000 });

    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    expect(first.destroyed).toBe(true);
  });
});
