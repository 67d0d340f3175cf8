import { AccessControl, parseRepositoryName } from '@berth/sdk';
import { anImage, anIndex, pushManifest } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { expectError, headerOf, jsonOf } from './exchange.js';
import { ABSENT, DOWN, refused, UPSTREAM } from './fixture-source.js';
import { aName, found, pathOf, pointsAt, useMirror } from './use-mirror.js';

const { registry, send, source, sourceHas, asked, aMirrorOf, pull } = useMirror();

describe('a manifest that is not held', () => {
  it('is served by tag as a source has it, kept, and asked for no more', async () => {
    const [repository, image] = [aName(), anImage().build()];
    sourceHas(image);
    const first = await send('GET', pathOf(repository, 'v1'));
    expect([first.status, first.body]).toEqual([200, image.manifest]);
    expect(headerOf(first, 'docker-content-digest')).toBe(image.digest);
    expect(headerOf(first, 'content-type')).toBe(image.mediaType);

    source.answers['tag.refresh'] = () => pointsAt(image);
    for (const reference of ['v1', image.digest]) {
      expect((await send('GET', pathOf(repository, reference))).body).toEqual(image.manifest);
      expect((await send('HEAD', pathOf(repository, reference))).status).toBe(200);
    }
    expect(asked(repository)).toBe(1);
  });

  it('is served by HEAD and by digest', async () => {
    const [repository, image] = [aName(), anImage().build()];
    sourceHas(image);
    const head = await send('HEAD', pathOf(repository, image.digest));
    expect([head.status, headerOf(head, 'content-length')]).toEqual([200, String(image.manifest.byteLength)]);
    expect((await send('GET', pathOf(repository, image.digest))).body).toEqual(image.manifest);
  });

  it('is told of as mirrored, and its repository with its upstream', async () => {
    const [repository, image] = [aName(), anImage().build()];
    sourceHas(image);
    await send('GET', pathOf(repository, 'v1'));
    const { digest } = image;
    await vi.waitFor(() => {
      expect(source.heardOf('manifest.pulled', repository)).toHaveLength(1);
    });
    expect(source.heardOf('repository.created', repository)).toHaveLength(1);
    expect(source.heardOf('manifest.pushed', repository)).toEqual([
      expect.objectContaining({ digest, origin: 'mirrored', tags: ['v1'] }),
    ]);
    expect(source.heardOf('tag.moved', repository)).toEqual([
      expect.objectContaining({ tag: 'v1', digest, previous: undefined }),
    ]);
    const row = await registry()
      .foundations.database.reader.selectFrom('repositories as r')
      .innerJoin('manifests as m', 'm.repository_id', 'r.id')
      .where('r.name', '=', parseRepositoryName(repository) ?? expect.fail())
      .select(['r.upstream', 'm.origin', 'm.upstream as manifestUpstream'])
      .executeTakeFirst();
    expect(row).toEqual({ upstream: UPSTREAM, origin: 'mirrored', manifestUpstream: UPSTREAM });
  });

  it('names what it lacks as remote and what it has as held', async () => {
    const [one, other] = [anImage().build(), anImage().build()];
    const index = anIndex().of(one, other).build();
    const repository = await aMirrorOf(one);
    sourceHas(index);
    expect((await send('GET', pathOf(repository, index.digest))).status).toBe(200);
    const rows = await registry()
      .foundations.database.reader.selectFrom('manifest_references as f')
      .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
      .where('m.digest', '=', index.digest)
      .select(['f.digest', 'f.state'])
      .execute();
    expect(Object.fromEntries(rows.map(({ digest, state }) => [digest, state]))).toEqual({
      [one.digest]: 'held',
      [other.digest]: 'remote',
    });
  });

  it('stays when garbage is collected, though no tag points at it', async () => {
    const [repository, image] = [aName(), anImage().build()];
    sourceHas(image);
    await send('GET', pathOf(repository, image.digest));
    registry().clock.advance(365 * 24 * 3_600_000);
    const { signal } = new AbortController();
    await registry().application.get(GarbageCollection).run({ delay: 0, signal, gentle: false });
    expect((await send('HEAD', pathOf(repository, image.digest))).status).toBe(200);
    expect(asked(repository)).toBe(1);
  });

  it('is asked for once by fifty who want it at once', async () => {
    const [repository, image] = [aName(), anImage().build()];
    source.answers['manifest.readMiss'] = async () => {
      await new Promise(setImmediate);
      return found(image);
    };
    const answers = await Promise.all(Array.from({ length: 50 }, () => send('GET', pathOf(repository, 'v1'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(asked(repository)).toBe(1);
  });

  it('is asked for on behalf of the others when the first who wanted it has gone', async () => {
    const [repository, image] = [aName(), anImage().build()];
    const answer = Promise.withResolvers<undefined>();
    source.answers['manifest.readMiss'] = async () => {
      await answer.promise;
      return found(image);
    };
    const [leaving, staying] = [new AbortController(), new AbortController()];
    const [first, second] = [pull(repository, leaving.signal), pull(repository, staying.signal)];
    await vi.waitFor(() => {
      expect(asked(repository)).toBe(1);
    });
    leaving.abort(new Error('the client has gone'));
    await expect(first).rejects.toThrow('gone');
    answer.resolve(undefined);
    expect((await second).digest).toBe(image.digest);
  });

  it('is never asked for in a repository whose first content was pushed', async () => {
    const [repository, image] = [aName(), anImage().build()];
    await pushManifest(registry().request, repository, image, { tag: 'v1' });
    sourceHas(anImage().build());
    expectError(await send('GET', pathOf(repository, 'v2')), 404, 'MANIFEST_UNKNOWN');
    expect((await send('GET', pathOf(repository, 'v1'))).body).toEqual(image.manifest);
    expect(source.asked).toEqual([]);
  });
});

describe('a manifest that a source gives', () => {
  it('is gated before anything of it is answered, and a refusal is 403 and leaves nothing', async () => {
    const [repository, image] = [aName(), anImage().build()];
    sourceHas(image);
    source.refusals = { 'manifest.beforePut': refused() };
    const answer = await send('GET', pathOf(repository, 'v1'));
    expectError(answer, 403, 'DENIED');
    expect(jsonOf(answer)).toMatchObject({
      errors: [{ message: 'no label says who made it', detail: { label: 'maker' } }],
    });
    const { digest } = image;
    expect(source.heardOf('manifest.beforePut', repository)).toEqual([
      expect.objectContaining({ digest, origin: 'mirrored', tags: ['v1'] }),
    ]);
    expect(source.heardOf('repository.created', repository)).toEqual([]);
  });

  it('is not asked for again within ten seconds of a refusal or an absence', async () => {
    for (const refusals of [{ 'manifest.beforePut': refused() }, {}]) {
      const [repository, image] = [aName(), anImage().build()];
      if (refusals['manifest.beforePut']) sourceHas(image);
      source.refusals = refusals;
      const { status } = await send('GET', pathOf(repository, 'v1'));
      registry().clock.advance(9_999);
      expect((await send('GET', pathOf(repository, 'v1'))).status).toBe(status);
      expect(asked(repository)).toBe(1);
      registry().clock.advance(1);
      source.refusals = {};
      sourceHas(image);
      expect((await send('GET', pathOf(repository, 'v1'))).status).toBe(200);
      source.reset();
    }
  });

  it('is not kept where its tag may not be moved', async () => {
    const [repository, image] = [aName(), anImage().build()];
    sourceHas(image);
    source.refusals = { 'tag.beforeMove': refused() };
    expectError(await send('GET', pathOf(repository, 'v1')), 403, 'DENIED');
    expect((await send('GET', pathOf(repository, image.digest))).status).toBe(200);
  });

  it('is 500 where a gate fails', async () => {
    const repository = aName();
    sourceHas(anImage().build());
    source.refusals = { 'manifest.beforePut': new TypeError('a bug') };
    expectError(await send('GET', pathOf(repository, 'v1')), 500, 'UNKNOWN');
    expectError(await send('GET', pathOf(repository, 'v1')), 500, 'UNKNOWN');
    expect(asked(repository)).toBe(2);
  });

  it('is 502 where its bytes are not those of the digest, and nothing is kept', async () => {
    const [repository, image] = [aName(), anImage().build()];
    source.answers['manifest.readMiss'] = () => Promise.resolve(found(anImage().build()));
    const answer = await send('GET', pathOf(repository, image.digest));
    expectError(answer, 502, 'UNAVAILABLE');
    expect(answer.body.toString()).toContain(UPSTREAM);
    sourceHas(image);
    expect((await send('GET', pathOf(repository, image.digest))).status).toBe(200);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text for bytes', { mediaType: 'a/b', bytes: 'text', upstream: UPSTREAM }],
    ['no upstream', { mediaType: 'a/b', bytes: Buffer.from('{}') }],
    ['what is no manifest', { mediaType: 'a/b', bytes: Buffer.from('<html>'), upstream: UPSTREAM }],
    ['too many bytes', { mediaType: 'a/b', bytes: Buffer.alloc(5_000_000), upstream: UPSTREAM }],
  ])('is 502 where it is %s', async (_, nonsense) => {
    source.answers['manifest.readMiss'] = () => Promise.resolve({ outcome: 'found', found: nonsense as never });
    expectError(await send('GET', pathOf(aName(), 'v1')), 502, 'UNAVAILABLE');
  });
});

describe('a source without an answer', () => {
  it.each([
    [404, 'MANIFEST_UNKNOWN', ABSENT],
    [502, 'UNAVAILABLE', DOWN],
    [502, 'UNAVAILABLE', { ...DOWN, status: 401 }],
    [502, 'UNAVAILABLE', { outcome: 'stale', reason: 'there is nothing to serve' } as const],
    [504, 'UNAVAILABLE', { ...DOWN, status: 504 }],
    [404, 'MANIFEST_UNKNOWN', { ...DOWN, status: 404 }],
    [429, 'TOOMANYREQUESTS', { ...DOWN, status: 429, retryAfter: 7 }],
  ] as const)('is %i %s for %j', async (status, code, answer) => {
    source.answers['manifest.readMiss'] = () => Promise.resolve(answer);
    const response = await send('GET', pathOf(aName(), 'v1'));
    expectError(response, status, code);
    if (status === 429) expect(headerOf(response, 'retry-after')).toBe('7');
    if (status === 502 && answer.outcome === 'unavailable') expect(response.body.toString()).toContain(UPSTREAM);
  });

  it('is 504 where it hangs, at its deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const repository = aName();
    source.answers['manifest.readMiss'] = () => new Promise(() => {});
    const hanging = expect(pull(repository)).rejects.toMatchObject({ status: 504 });
    await vi.waitFor(() => {
      expect(asked(repository)).toBe(1);
    });
    await vi.advanceTimersByTimeAsync(30_000);
    await hanging;
  });

  it('is 404 for a HEAD in a repository that is new, by whoever may push there', async () => {
    const repository = aName();
    source.answers['manifest.readMiss'] = () => Promise.resolve(DOWN);
    expect((await send('HEAD', pathOf(repository, 'v1'))).status).toBe(404);
    expect((await send('GET', pathOf(repository, 'v1'))).status).toBe(502);
    vi.spyOn(registry().application.get(AccessControl), 'may').mockReturnValue(false);
    expect((await send('HEAD', pathOf(repository, 'v1'))).status).toBe(502);
  });

  it('is 502 for a HEAD in a repository that is mirrored', async () => {
    const repository = await aMirrorOf(anImage().build());
    source.answers['manifest.readMiss'] = () => Promise.resolve(DOWN);
    expect((await send('HEAD', pathOf(repository, 'v2'))).status).toBe(502);
  });
});
