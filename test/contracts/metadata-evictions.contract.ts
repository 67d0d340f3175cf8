import { expect, it } from 'vitest';
import { DEFAULT_STORE, type Digest, type RepositoryName } from '@berth/sdk';
import type { Facts } from '../../src/metadata/schema.js';
import type { EvictionCandidate } from '../../src/metadata/eviction-candidates.js';
import type { Evicted } from '../../src/metadata/upstream-evictions.js';
import type { MetadataNouns } from './metadata-nouns.js';
import { AT, aManifestRow, digestOfText, nameOf } from './metadata-samples.js';

const NOBODY = { manifest: () => false, blob: () => false };
let count = 0;

/** What is kept of upstreams: how much, in which order it may go, and what goes with it. Each test has an upstream of its own. */
export function describeEvictions(of: () => MetadataNouns): void {
  const inTransaction = <Result>(work: (facts: Facts) => Promise<Result>): Promise<Result> =>
    of().database.transaction(work);

  async function aMirror(): Promise<{ readonly upstream: string; readonly name: RepositoryName; readonly id: number }> {
    const upstream = `upstream-${String((count += 1))}`;
    const name = nameOf(upstream);
    const { id } = await inTransaction((facts) =>
      of().repositories.ensure(facts, { name, store: DEFAULT_STORE, upstream, actor: undefined, at: AT }),
    );
    return { upstream, name, id };
  }

  async function hold(repositoryId: number, text: string, upstream: string | undefined, at = AT): Promise<Digest> {
    const digest = digestOfText(text);
    await inTransaction(async (facts) => {
      await of().blobs.insert(facts, { store: DEFAULT_STORE, digest, size: 100, location: `blobs/${text}`, at });
      await of().memberships.put(facts, { repositoryId, store: DEFAULT_STORE, digest, upstream, at });
    });
    return digest;
  }

  async function keep(
    repositoryId: number,
    text: string,
    options: { readonly upstream?: string; readonly blobs?: readonly Digest[]; readonly at?: number } = {},
  ): Promise<Digest> {
    const { upstream, blobs = [], at = AT } = options;
    const references = blobs.map((digest) => ({ digest, kind: 'layer', state: 'held', size: 100 }) as const);
    const row = aManifestRow(repositoryId, text, { references, at, ...(upstream !== undefined && { upstream }) });
    await inTransaction((facts) => of().manifests.put(facts, row));
    return row.digest;
  }

  async function candidatesOf(upstream: string): Promise<readonly EvictionCandidate[]> {
    return [
      ...(await of().candidates.manifests(upstream, undefined, 10)),
      ...(await of().candidates.memberships(upstream, undefined, 10)),
    ];
  }

  function evict(candidate: EvictionCandidate | undefined, inUse = NOBODY): Promise<Evicted | undefined> {
    return inTransaction((facts) => of().evictions.evict(facts, candidate ?? expect.fail(), inUse, AT + 1000));
  }

  it('counts a blob of an upstream once in a store, however many repositories hold it, until the last gives it up', async () => {
    const [first, second] = [await aMirror(), await aMirror()];
    const { upstream } = first;
    const digest = await hold(first.id, `shared by ${upstream}`, upstream);
    await hold(second.id, `shared by ${upstream}`, upstream);
    expect(await of().holdings.of(upstream)).toBe(100);
    await inTransaction((facts) => of().memberships.remove(facts, { repositoryId: first.id, digest }));
    expect(await of().holdings.of(upstream)).toBe(100);
    await inTransaction((facts) => of().memberships.remove(facts, { repositoryId: second.id, digest }));
    expect(await of().holdings.of(upstream)).toBe(0);
  });

  it('counts no more what a client has pushed, and does not find it', async () => {
    const { upstream, id } = await aMirror();
    const blob = await hold(id, `pushed over ${upstream}`, upstream);
    await keep(id, `of ${upstream}`, { upstream, blobs: [blob] });
    expect(await of().holdings.of(upstream)).toBeGreaterThan(100);
    await hold(id, `pushed over ${upstream}`, undefined);
    await keep(id, `of ${upstream}`, { blobs: [blob] });

    expect(await of().holdings.of(upstream)).toBe(0);
    expect(await candidatesOf(upstream)).toEqual([]);
  });

  it('finds what may go in the order of last pulls, a page at a time', async () => {
    const { upstream, id } = await aMirror();
    const digests: Digest[] = [];
    for (const at of [3, 1, 2]) digests.push(await keep(id, `${upstream} ${String(at)}`, { upstream, at: AT + at }));
    const [third, first, second] = digests as [Digest, Digest, Digest];
    await of().pulls.add([{ repositoryId: id, digest: first, pulls: 1, lastPulled: AT + 10 }]);

    const page = await of().candidates.manifests(upstream, undefined, 2);
    expect(page.map(({ digest }) => digest)).toEqual([second, third]);
    const next = await of().candidates.manifests(upstream, page.at(-1), 2);
    expect(next.map(({ digest }) => digest)).toEqual([first]);
  });

  it('evicts a manifest with its tags and the blobs that nothing else names, and frees their bytes', async () => {
    const { upstream, id, name } = await aMirror();
    const [own, shared] = [await hold(id, `own ${upstream}`, upstream), await hold(id, `shared ${upstream}`, upstream)];
    const digest = await keep(id, `first ${upstream}`, { upstream, blobs: [own, shared] });
    await keep(id, `second ${upstream}`, { upstream, blobs: [shared], at: AT + 1 });

    expect(await evict((await candidatesOf(upstream))[0])).toEqual({
      upstream,
      repository: name,
      manifest: digest,
      tags: [],
      blobs: [own],
      freed: [{ store: DEFAULT_STORE, location: `blobs/own ${upstream}`, size: 100 }],
    });
    expect(await of().blobs.find({ store: DEFAULT_STORE, digest: own })).toBeUndefined();
    expect(await of().blobs.findHeld(name, shared)).toBeDefined();
  });

  it('evicts nothing that was pulled since it was found, or is in use', async () => {
    const { upstream, id } = await aMirror();
    const digest = await keep(id, `used ${upstream}`, { upstream });
    const [found] = await candidatesOf(upstream);
    expect(await evict(found, { ...NOBODY, manifest: () => true })).toBeUndefined();
    await of().pulls.add([{ repositoryId: id, digest, pulls: 1, lastPulled: AT + 5 }]);
    expect(await evict(found)).toBeUndefined();
    expect(await evict((await candidatesOf(upstream))[0])).toMatchObject({ manifest: digest });
  });

  it('lets a blob wait for the last manifest that names it, and evicts one that none does', async () => {
    const { upstream, id } = await aMirror();
    const [named, alone] = [
      await hold(id, `named ${upstream}`, upstream),
      await hold(id, `alone ${upstream}`, upstream),
    ];
    await keep(id, `naming ${upstream}`, { upstream, blobs: [named], at: AT + 7 });
    const found = await of().candidates.memberships(upstream, undefined, 10);
    for (const candidate of found) {
      const gone = await evict(candidate);
      expect(gone?.blobs).toEqual(candidate.digest === alone ? [alone] : undefined);
    }
    const left = await of().candidates.memberships(upstream, undefined, 10);
    expect(left.map(({ digest, lastSeen }) => [digest, lastSeen])).toEqual([[named, AT + 7]]);
  });

  it('says of an index that it lacks a manifest by intention once that is evicted', async () => {
    const { upstream, id } = await aMirror();
    const child = await keep(id, `child ${upstream}`, { upstream });
    const reference = { digest: child, kind: 'manifest', state: 'held', size: 100 } as const;
    const index = aManifestRow(id, `index ${upstream}`, { references: [reference], at: AT + 1, upstream });
    await inTransaction((facts) => of().manifests.put(facts, index));
    await evict((await candidatesOf(upstream))[0]);

    const rows = of().database.reader.selectFrom('manifest_references').where('digest', '=', child).select('state');
    expect(await rows.execute()).toEqual([{ state: 'remote' }]);
  });
}
