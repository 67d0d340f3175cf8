import { describe, expect, it } from 'vitest';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { aBlob } from '../kit/index.js';
import { Transfer } from './blob-upstream.js';
import { bytes, KIB, PATH, pathOf, random, SIZE, useFill, WITHHELD } from './use-fill.js';

const DAY = 86_400_000;
const stage = useFill();

describe('a blob on its way from its upstream', () => {
  it('is sent as it comes, with its length, while the upstream has not sent the rest', async () => {
    const { isHeld, begun } = stage();
    const { transfer, download } = await begun(100);
    expect([download.response.statusCode, download.response.headers['content-length']]).toEqual([200, String(SIZE)]);

    transfer.give(bytes.subarray(100)).end();
    expect(await download.ended).toBe(true);
    expect(download.bytes).toEqual(bytes);
    await expect.poll(isHeld).toBe(true);
  });

  it('is not answered before its first byte', async () => {
    const { upstream, pull } = stage();
    const transfer = new Transfer();
    upstream.givesInTurn(SIZE, transfer);
    const download = pull();
    await expect.poll(() => upstream.asked.length).toBe(1);
    transfer.breakOff();

    expect((await download).response.statusCode).toBe(502);
  });

  it('keeps its last 64 KiB back until its digest is known', async () => {
    const { begun } = stage();
    const { transfer, download } = await begun(SIZE - 1);
    expect(download.length).toBe(SIZE - WITHHELD);

    transfer.give(bytes.subarray(SIZE - 1)).end();
    expect(await download.ended).toBe(true);
  });

  it('is fetched once for fifty, of which the first leaves at half', async () => {
    const { upstream, pull, numberOf, begun } = stage();
    const { transfer, download: first } = await begun(SIZE / 2);
    const others = await Promise.all(Array.from({ length: 49 }, () => pull()));
    await expect.poll(() => others.every(({ length }) => length === SIZE / 2)).toBe(true);
    first.leave();
    transfer.give(bytes.subarray(SIZE / 2)).end();

    expect(await Promise.all(others.map(({ ended }) => ended))).toEqual(others.map(() => true));
    for (const other of others) expect(other.bytes.equals(bytes)).toBe(true);
    expect(upstream.asked).toHaveLength(1);
    expect(numberOf('berth_mirror_coalesced_readers_total')).toBe(49);
  });

  it('comes and is kept although all who asked for it have left', async () => {
    const { registry, upstream, isHeld, begun } = stage();
    const { transfer, download } = await begun(1000);
    download.leave();
    transfer.give(bytes.subarray(1000)).end();

    await expect.poll(isHeld).toBe(true);
    expect((await registry.request('GET', PATH)).body).toEqual(bytes);
    expect(upstream.asked).toHaveLength(1);
  });

  it('waits for no client that takes nothing', async () => {
    const { upstream, pull, isHeld } = stage();
    const large = aBlob(random.bytes(24 * KIB * KIB));
    upstream.has(large.bytes);
    const slow = (await pull(pathOf(large.digest))).pause();
    const fast = await pull(pathOf(large.digest));

    expect(await fast.ended).toBe(true);
    await expect.poll(isHeld).toBe(true);
    expect(slow.length).toBeLessThan(large.bytes.byteLength);
    slow.resume();
    expect(await slow.ended).toBe(true);
    expect(slow.bytes.equals(large.bytes)).toBe(true);
  });

  it('answers HEAD with its size at once', async () => {
    const { registry, begun } = stage();
    const { transfer } = await begun(100);
    const { status, headers } = await registry.request('HEAD', PATH);

    expect([status, headers['content-length']]).toEqual([200, String(SIZE)]);
    transfer.give(bytes.subarray(100)).end();
  });

  it('answers a range as soon as its bytes are there, and no earlier', async () => {
    const { upstream, pull, begun } = stage();
    const { transfer } = await begun(100);
    const early = await pull(PATH, { range: 'bytes=10-59' });
    expect(await early.ended).toBe(true);
    expect([early.response.statusCode, early.bytes]).toEqual([206, bytes.subarray(10, 60)]);

    const later = pull(PATH, { range: `bytes=100000-199999` });
    transfer.give(bytes.subarray(100, 150_000));
    const range = await later;
    await expect.poll(() => range.length).toBe(50_000);
    transfer.give(bytes.subarray(150_000)).end();
    expect(await range.ended).toBe(true);
    expect(range.bytes.equals(bytes.subarray(100_000, 200_000))).toBe(true);
    expect(upstream.asked).toHaveLength(1);
  });

  it('has a length although its source does not say one: then it is answered once it is whole', async () => {
    const { registry, upstream } = stage();
    const transfer = new Transfer().give(bytes.subarray(0, 1000));
    upstream.givesInTurn(undefined, transfer);
    const pulled = registry.request('GET', PATH);
    await expect.poll(() => transfer.readableLength).toBe(0);
    transfer.give(bytes.subarray(1000)).end();

    const { headers, body } = await pulled;
    expect([headers['content-length'], body.equals(bytes)]).toEqual([String(SIZE), true]);
  });

  it('is no garbage, however long it takes', async () => {
    const { registry, isHeld, begun } = stage();
    const { transfer, download } = await begun(1000);
    registry.clock.advance(DAY);
    const { signal } = new AbortController();
    await registry.application.get(GarbageCollection).run({ delay: 0, signal, gentle: false });
    transfer.give(bytes.subarray(1000)).end();

    expect(await download.ended).toBe(true);
    await expect.poll(isHeld).toBe(true);
  });

  it('is counted, with its bytes and the time to the first of them', async () => {
    const { registry, upstream, numberOf } = stage();
    upstream.has(bytes);
    await registry.request('GET', PATH);

    await expect.poll(() => numberOf('berth_mirror_fills_total', { outcome: 'kept' })).toBe(1);
    expect(numberOf('berth_mirror_upstream_bytes_total')).toBe(SIZE);
    expect(numberOf('berth_mirror_fill_first_byte_seconds')).toBe(1);
  });
});

describe('a blob that is not what its upstream says', () => {
  it.each([1, WITHHELD, WITHHELD + 1, KIB * KIB])('of %i bytes is never whole, nor kept', async (size) => {
    const { upstream, pull, isHeld, uploadsLeft, numberOf } = stage();
    const right = aBlob(random.bytes(size));
    const wrong = Buffer.from(right.bytes);
    wrong[size - 1] = ~(wrong[size - 1] ?? 0) & 0xff;
    upstream.has(wrong);
    const isWhole = await pull(pathOf(right.digest)).then(
      (download) => download.ended,
      () => false,
    );

    expect(isWhole).toBe(false);
    await expect.poll(uploadsLeft).toBe(0);
    expect(await isHeld()).toBe(false);
    await expect.poll(() => numberOf('berth_mirror_fills_total', { outcome: 'wrong' })).toBe(1);
  });

  it.each([
    ['longer than it said', () => stage().upstream.has(bytes, SIZE - 1)],
    ['shorter than it said', () => stage().upstream.has(bytes, SIZE + 1)],
    ['cut short', () => stage().upstream.has(bytes.subarray(0, SIZE - 1), SIZE)],
  ])('because it is %s is never whole, nor kept', async (_, lie) => {
    const { pull, isHeld, uploadsLeft } = stage();
    lie();
    const download = await pull();

    expect(await download.ended).toBe(false);
    await expect.poll(uploadsLeft).toBe(0);
    expect(await isHeld()).toBe(false);
  });

  it('cuts all who follow it', async () => {
    const { pull, begun } = stage();
    const { transfer, download } = await begun(1000);
    const other = await pull();
    transfer.give(Buffer.alloc(SIZE - 1000)).end();

    expect(await Promise.all([download.ended, other.ended])).toEqual([false, false]);
  });
});
