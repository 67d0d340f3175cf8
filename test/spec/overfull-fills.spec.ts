import { describe, expect, it } from 'vitest';
import { UpstreamCaches } from '@berth/sdk';
import { Transfer, UPSTREAM } from './blob-upstream.js';
import { bytes, PATH, SIZE, useFill } from './use-fill.js';

const stage = useFill();

describe('a blob for which there is no room', () => {
  it('of a size that its source does not say is given to who waits for it, and goes then', async () => {
    const { registry, upstream, isHeld, uploadsLeft, numberOf } = stage();
    registry.application.get(UpstreamCaches).limit(new Map([[UPSTREAM, SIZE - 1]]));
    upstream.givesInTurn(undefined, ended(bytes), ended(bytes));

    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    await expect.poll(uploadsLeft).toBe(0);
    expect(await isHeld()).toBe(false);
    expect(numberOf('berth_mirror_fills_total', { outcome: 'overfull' })).toBe(1);
    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
  });

  it('is given from where its transfer broke off, and what was kept of it goes', async () => {
    const { registry, upstream, pull, isHeld, uploadsLeft } = stage();
    const broken = new Transfer().give(bytes.subarray(0, SIZE / 2));
    upstream.givesInTurn(SIZE, broken);
    const download = await pull();
    await expect.poll(() => download.length).toBe(SIZE / 2);
    broken.breakOff();
    expect(await download.ended).toBe(false);
    expect(await uploadsLeft()).toBe(1);

    registry.application.get(UpstreamCaches).limit(new Map([[UPSTREAM, SIZE - 1]]));
    upstream.answer = ({ offset }) => ({
      outcome: 'found',
      found: { stream: ended(bytes.subarray(offset)), size: SIZE, offset, upstream: UPSTREAM },
    });
    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    expect(upstream.asked.at(-1)?.offset).toBe(SIZE / 2);
    await expect.poll(uploadsLeft).toBe(0);
    expect(await isHeld()).toBe(false);
  });
});

function ended(content: Buffer): Transfer {
  const transfer = new Transfer().give(content);
  transfer.end();
  return transfer;
}
