import { type Descriptor, MEDIA_TYPES, type Tag } from '@berth/sdk';
import { anArtifact, anImage, digestBytes, pushManifest } from '@berth/testkit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectError, headerOf, jsonOf } from './exchange.js';
import { ABSENT, DOWN, FixtureSource, UPSTREAM } from './fixture-source.js';
import { senderTo, useRegistry } from './use-registry.js';

const registry = useRegistry();
const send = senderTo(registry);
const source = new FixtureSource();

beforeAll(() => {
  source.listenTo(registry());
});

afterEach(() => {
  source.reset();
});

let named = 0;
const aName = (): string => `mirror/list-${String(named++)}`;

const descriptor = (text: string, artifactType = 'a/signature'): Descriptor => ({
  mediaType: MEDIA_TYPES.ociManifest,
  digest: digestBytes(Buffer.from(text)),
  size: text.length,
  artifactType,
});
const byDigest = (one: Descriptor, other: Descriptor): number => (one.digest < other.digest ? -1 : 1);
const sourceKnows = (...found: readonly Descriptor[]): void => {
  source.answers['referrers.refresh'] = () => Promise.resolve({ outcome: 'found', found });
};

describe('referrers', () => {
  const subject = digestBytes(Buffer.from('the subject'));
  const path = (repository: string, query = ''): string => `/v2/${repository}/referrers/${subject}${query}`;

  it('are those that a source knows of, in the order of digests, each once', async () => {
    const all = [descriptor('one'), descriptor('two'), descriptor('three')];
    sourceKnows(...all, descriptor('one'));
    expect(jsonOf(await send('GET', path(aName())))).toMatchObject({ manifests: all.toSorted(byDigest) });
  });

  it('are merged with those that are held', async () => {
    const repository = aName();
    const image = anImage().build();
    const artifact = anArtifact().withSubject(image).build();
    source.answers['manifest.readMiss'] = () =>
      Promise.resolve({
        outcome: 'found',
        found: { mediaType: artifact.mediaType, bytes: artifact.manifest, upstream: UPSTREAM },
      });
    await send('GET', `/v2/${repository}/manifests/${artifact.digest}`);
    const foreign = [descriptor('before'), descriptor('after'), descriptor('beside')];
    sourceKnows(...foreign, { ...descriptor('as it is there'), digest: artifact.digest });
    const answer = jsonOf(await send('GET', `/v2/${repository}/referrers/${image.digest}`)) as {
      readonly manifests: readonly Descriptor[];
    };
    expect(answer.manifests.map(({ digest }) => digest)).toEqual(
      [...foreign.map(({ digest }) => digest), artifact.digest].sort(),
    );
    expect(answer.manifests.find(({ digest }) => digest === artifact.digest)?.size).toBe(artifact.manifest.byteLength);
  });

  it('are filtered and paged as those that are held are', async () => {
    const all = [descriptor('one'), descriptor('two', 'a/sbom'), descriptor('three')].toSorted(byDigest);
    sourceKnows(...all);
    const filtered = jsonOf(await send('GET', path(aName(), '?artifactType=a/sbom')));
    expect(filtered).toMatchObject({ manifests: [{ artifactType: 'a/sbom' }] });
    const rest = jsonOf(await send('GET', path(aName(), `?last=${all[0]?.digest ?? ''}`)));
    expect(rest).toMatchObject({ manifests: all.slice(1) });
  });

  it('of more than a page go on after its last', async () => {
    sourceKnows(...Array.from({ length: 501 }, (_, at) => descriptor(String(at))));
    const response = await send('GET', path(aName()));
    expect((jsonOf(response) as { manifests: unknown[] }).manifests).toHaveLength(500);
    const next = /<([^>]+)>/.exec(headerOf(response, 'link') ?? '')?.[1] ?? expect.fail();
    expect((jsonOf(await send('GET', next)) as { manifests: unknown[] }).manifests).toHaveLength(1);
  });

  it.each([
    ['absent', ABSENT, undefined],
    ['unavailable', DOWN, '110 - "Response is Stale"'],
    ['nonsense', { outcome: 'found', found: [{ digest: 'x' }, 7] as never }, '110 - "Response is Stale"'],
    ['no list', { outcome: 'found', found: undefined as never }, '110 - "Response is Stale"'],
  ] as const)('are those that are held where the source is %s', async (_, answer, warning) => {
    source.answers['referrers.refresh'] = () => Promise.resolve(answer);
    const response = await send('GET', path(aName()));
    expect([response.status, headerOf(response, 'warning')]).toEqual([200, warning]);
    expect(jsonOf(response)).toMatchObject({ manifests: [] });
  });

  it('of a repository whose first content was pushed are asked of nobody', async () => {
    const repository = aName();
    await pushManifest(registry().request, repository, anImage().build());
    sourceKnows(descriptor('foreign'));
    expect(jsonOf(await send('GET', path(repository)))).toMatchObject({ manifests: [] });
    expect(source.askedOf('referrers.refresh', repository)).toEqual([]);
  });
});

describe('the tags of a repository that is not here', () => {
  const path = (repository: string, query = ''): string => `/v2/${repository}/tags/list${query}`;
  const sourceTags = (...found: readonly unknown[]): void => {
    source.answers['tags.listMiss'] = () => Promise.resolve({ outcome: 'found', found: found as readonly Tag[] });
  };

  it('are those that a source knows of, in order, in pages', async () => {
    const repository = aName();
    sourceTags('v2', 'v1', 'v3', 'v1');
    expect(jsonOf(await send('GET', path(repository)))).toEqual({ name: repository, tags: ['v1', 'v2', 'v3'] });
    const page = await send('GET', path(repository, '?n=1&last=v1'));
    expect(jsonOf(page)).toMatchObject({ tags: ['v2'] });
    expect(headerOf(page, 'link')).toContain('last=v2');
  });

  it.each([
    [404, 'NAME_UNKNOWN', ABSENT],
    [404, 'NAME_UNKNOWN', { ...DOWN, status: 404 }],
    [404, 'NAME_UNKNOWN', { outcome: 'stale', reason: 'nothing is held' } as const],
    [502, 'UNAVAILABLE', DOWN],
    [429, 'TOOMANYREQUESTS', { ...DOWN, status: 429 }],
    [502, 'UNAVAILABLE', { outcome: 'found', found: 'v1' as never } as const],
    [502, 'UNAVAILABLE', { outcome: 'found', found: ['v1', 'no tag!'] as never } as const],
  ] as const)('are %i %s for %j', async (status, code, answer) => {
    source.answers['tags.listMiss'] = () => Promise.resolve(answer);
    expectError(await send('GET', path(aName())), status, code);
  });

  it('are asked of nobody where the repository is here', async () => {
    const repository = aName();
    await pushManifest(registry().request, repository, anImage().build(), { tag: 'own' });
    sourceTags('foreign');
    expect(jsonOf(await send('GET', path(repository)))).toMatchObject({ tags: ['own'] });
  });
});
