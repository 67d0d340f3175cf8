import { MirrorActivity } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { Transfer, UPSTREAM } from './blob-upstream.js';
import { blob, bytes, KIB, PATH, SIZE, useFill } from './use-fill.js';

const stage = useFill();

const activity = (): MirrorActivity => stage().registry.application.get(MirrorActivity, { strict: false });
const REPOSITORY = 'mirror/app';
const HALF = SIZE / 2;

describe('a blob that comes', () => {
  it('is listed with who gives it, how far it is, since when, and how many follow it', async () => {
    const { registry, pull, begun } = stage();
    const since = registry.clock.now();
    const { transfer, download } = await begun(HALF);
    registry.clock.advance(1000);
    const listed = { repository: REPOSITORY, digest: blob.digest, upstream: UPSTREAM, size: SIZE, since };
    expect(activity().fills()).toEqual([{ ...listed, received: HALF, readers: 1 }]);

    const second = await pull(PATH, { range: 'bytes=0-' });
    expect(activity().fills()).toEqual([{ ...listed, received: HALF, readers: 2 }]);
    download.leave();
    await expect.poll(() => activity().fills()).toEqual([{ ...listed, received: HALF, readers: 1 }]);

    transfer.give(bytes.subarray(HALF)).end();
    expect(await second.ended).toBe(true);
    await expect.poll(() => activity().fills()).toEqual([]);
  });

  it('is listed while nobody reads it any more', async () => {
    const { begun } = stage();
    const { transfer, download } = await begun(HALF);
    download.leave();
    await expect.poll(() => activity().fills()).toMatchObject([{ received: HALF, readers: 0 }]);
    transfer.give(bytes.subarray(HALF)).end();
    await expect.poll(() => activity().fills()).toEqual([]);
  });

  it('has neither upstream nor size before somebody has said to have it', async () => {
    const { upstream, pull } = stage();
    const answered = Promise.withResolvers<undefined>();
    upstream.answer = async () => {
      await answered.promise;
      return { outcome: 'absent' };
    };
    const pulled = pull();
    await expect
      .poll(() => activity().fills())
      .toMatchObject([{ upstream: undefined, size: undefined, received: 0, readers: 1 }]);
    answered.resolve(undefined);
    expect((await pulled).response.statusCode).toBe(404);
    expect(activity().fills()).toEqual([]);
  });

  it('has no size where its source does not say one', async () => {
    const { upstream, pull } = stage();
    const transfer = new Transfer().give(bytes.subarray(0, KIB));
    upstream.givesInTurn(undefined, transfer);
    const pulled = pull();
    await expect.poll(() => activity().fills()).toMatchObject([{ upstream: UPSTREAM, size: undefined, received: KIB }]);
    transfer.give(bytes.subarray(KIB)).end();
    expect(await (await pulled).ended).toBe(true);
  });

  it('that is gone on with counts what an earlier attempt has left', async () => {
    const { upstream, pull, begun } = stage();
    const { transfer, download } = await begun(HALF);
    transfer.breakOff();
    expect(await download.ended).toBe(false);
    await expect.poll(() => activity().fills()).toEqual([]);

    const rest = new Transfer().give(bytes.subarray(HALF, HALF + 1));
    upstream.answer = () => ({
      outcome: 'found',
      found: { stream: rest, size: SIZE, offset: HALF, upstream: UPSTREAM },
    });
    const again = await pull();
    await expect.poll(() => activity().fills()).toMatchObject([{ received: HALF + 1, readers: 1 }]);
    rest.give(bytes.subarray(HALF + 1)).end();
    expect(await again.ended).toBe(true);
  });
});

describe('what was counted of an upstream', () => {
  it('is nothing for one that nobody has heard of', () => {
    expect(activity().countsOf('nobody.example')).toMatchObject({ blobHits: 0, bytesFromCache: 0, fills: { kept: 0 } });
  });

  it('is a fetch by how it ended, under the name that its source gives', async () => {
    const { upstream, pull } = stage();
    upstream.has(Buffer.from(bytes).fill(0, 0, 1));
    await pull().then(
      ({ ended }) => ended,
      () => false,
    );
    await expect.poll(() => activity().countsOf(UPSTREAM).fills).toMatchObject({ wrong: 1, kept: 0 });
  });
});
