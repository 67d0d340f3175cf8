import { anImage, pushManifest } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';
import { StorageError } from '@berth/sdk';
import { expectError, headerOf } from './exchange.js';
import { ABSENT, DOWN, refused } from './fixture-source.js';
import { pathOf, pointsAt, useMirror } from './use-mirror.js';

const { registry, send, source, sourceHas, asked, aMirrorOf, pull } = useMirror();

const staleAnswers = (): number =>
  registry().numbers.find(({ name }) => name === 'berth_stale_answers_total')?.series[0]?.value ?? 0;

describe('a held tag of a mirrored manifest', () => {
  it('is served without a mark where its source says that it has not moved', async () => {
    const image = anImage().build();
    const repository = await aMirrorOf(image);
    source.answers['tag.refresh'] = () => pointsAt(image);
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(method, pathOf(repository, 'v1'));
      expect([answer.status, headerOf(answer, 'warning')]).toEqual([200, undefined]);
    }
    expect(source.askedOf('tag.refresh', repository)[0]).toMatchObject({ tag: 'v1', held: image.digest });
  });

  it('is not compared again for as long as its source says that it holds', async () => {
    const image = anImage().build();
    const repository = await aMirrorOf(image);
    source.answers['tag.refresh'] = async () => {
      const answer = await pointsAt(image);
      return answer.outcome === 'found' ? { ...answer, found: { ...answer.found, freshFor: 5000 } } : answer;
    };
    const timesAsked = async (): Promise<number> => {
      expect((await send('GET', pathOf(repository, 'v1'))).body).toEqual(image.manifest);
      return source.askedOf('tag.refresh', repository).length;
    };
    expect([await timesAsked(), await timesAsked()]).toEqual([1, 1]);
    registry().clock.advance(4999);
    expect(await timesAsked()).toBe(1);
    registry().clock.advance(1);
    expect(await timesAsked()).toBe(2);
  });

  it('moves with its source, which is asked for the manifest by its digest', async () => {
    const newer = anImage().build();
    const repository = await aMirrorOf(anImage().build());
    source.answers['tag.refresh'] = () => pointsAt(newer);
    sourceHas(newer);
    const answer = await send('GET', pathOf(repository, 'v1'));
    expect([answer.body, headerOf(answer, 'warning')]).toEqual([newer.manifest, undefined]);
    expect(source.askedOf('manifest.readMiss', repository)).toEqual([
      expect.objectContaining({ reference: { kind: 'digest', digest: newer.digest } }),
    ]);
    await vi.waitFor(() => {
      expect(source.heardOf('tag.moved', repository)).toHaveLength(1);
    });
  });

  it('moves to what is held already without asking for it', async () => {
    const [older, newer] = [anImage().build(), anImage().build()];
    const repository = await aMirrorOf(older);
    sourceHas(newer);
    await send('GET', pathOf(repository, newer.digest));
    source.reset();
    source.answers['tag.refresh'] = () => pointsAt(newer);
    expect((await send('GET', pathOf(repository, 'v1'))).body).toEqual(newer.manifest);
    expect(asked(repository)).toBe(0);
    expect(source.heardOf('tag.beforeMove', repository)).toEqual([
      expect.objectContaining({ digest: newer.digest, previous: older.digest, origin: 'mirrored' }),
    ]);
  });

  it('is 403 where a gate refuses what it has moved to', async () => {
    const newer = anImage().build();
    const repository = await aMirrorOf(anImage().build());
    source.answers['tag.refresh'] = () => pointsAt(newer);
    sourceHas(newer);
    source.refusals = { 'manifest.beforePut': refused() };
    expectError(await send('GET', pathOf(repository, 'v1')), 403, 'DENIED');
  });

  it.each([
    ['absent', ABSENT],
    ['stale', { outcome: 'stale', reason: 'its breaker is open' }],
    ['unavailable', DOWN],
    ['refused', { ...DOWN, status: 401 }],
    ['nonsense', { outcome: 'found', found: { digest: 'sha256:nonsense' } as never }],
    ['nothing', { outcome: 'found', found: undefined as never }],
  ] as const)('is served marked stale, and counted, where its source is %s', async (_, answer) => {
    const image = anImage().build();
    const repository = await aMirrorOf(image);
    source.answers['tag.refresh'] = () => Promise.resolve(answer);
    const before = staleAnswers();
    for (const method of ['GET', 'HEAD']) {
      const response = await send(method, pathOf(repository, 'v1'));
      expect([response.status, headerOf(response, 'warning')]).toEqual([200, '110 - "Response is Stale"']);
    }
    expect(staleAnswers()).toBe(before + 2);
  });

  it('is served marked stale where what it has moved to cannot be had', async () => {
    const [older, newer] = [anImage().build(), anImage().build()];
    const repository = await aMirrorOf(older);
    source.answers['tag.refresh'] = () => pointsAt(newer);
    for (const answer of [DOWN, ABSENT]) {
      source.answers['manifest.readMiss'] = () => Promise.resolve(answer);
      const response = await send('GET', pathOf(repository, 'v1'));
      expect([response.body, headerOf(response, 'warning')]).toEqual([older.manifest, '110 - "Response is Stale"']);
    }
  });

  it('is served marked stale within two seconds where its source hangs', async () => {
    const repository = await aMirrorOf(anImage().build());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    source.answers['tag.refresh'] = () => new Promise(() => {});
    const pulled = pull(repository);
    await vi.waitFor(() => {
      expect(source.askedOf('tag.refresh', repository)).toHaveLength(1);
    });
    await vi.advanceTimersByTimeAsync(2000);
    expect((await pulled).isStale).toBe(true);
  });

  it('is served marked stale where the newer one cannot be kept for want of space', async () => {
    const [older, newer] = [anImage().build(), anImage().build()];
    const repository = await aMirrorOf(older);
    sourceHas(newer);
    source.answers['tag.refresh'] = () => pointsAt(newer);
    const full = new StorageError('full', 'commit', 'berth.db', new Error('ENOSPC'));
    vi.spyOn(registry().foundations.database, 'transaction').mockRejectedValue(full);
    const response = await send('GET', pathOf(repository, 'v1'));
    expect([response.status, response.body]).toEqual([200, older.manifest]);
    expect(headerOf(response, 'warning')).toBe('110 - "Response is Stale"');
    expect(registry().logLines.all).toContainEqual(expect.objectContaining({ repository, tag: 'v1', level: 40 }));
  });

  it('is never asked about by its digest, nor where the manifest was pushed', async () => {
    const [image, pushed] = [anImage().build(), anImage().build()];
    const repository = await aMirrorOf(image);
    await pushManifest(registry().request, repository, pushed, { tag: 'own' });
    await send('GET', pathOf(repository, image.digest));
    await send('GET', pathOf(repository, 'own'));
    expect(source.asked).toEqual([]);
  });
});
