import { DEFAULT_STORE } from '@berth/sdk';
import { expect, it } from 'vitest';
import type { MetadataNouns } from './metadata-nouns.js';
import { AT, aManifestRow, aRepository, digestOfText, putBlob, tagOf } from './metadata-samples.js';

/** Blobs, manifests, referrers and tags: the part of the contract that is about content. */
export function describeContent(of: () => MetadataNouns): void {
  describeBlobs(of);
  describeManifests(of);
  describeTags(of);
}

function describeBlobs(of: () => MetadataNouns): void {
  const key = (text: string) => ({ store: DEFAULT_STORE, digest: digestOfText(text) });
  const blob = (text: string, location: string) => ({ ...key(text), size: 3, location, at: AT });

  it('inserts one row for a digest, however many try', async () => {
    const insert = (location: string) =>
      of().database.transaction((facts) => of().blobs.insert(facts, blob('raced', location)));

    expect(await Promise.all([insert('first'), insert('second'), insert('third')])).toEqual([true, false, false]);
    expect(await of().blobs.find(key('raced'))).toEqual({ size: 3, location: 'first' });
  });

  it('replaces the location of a digest and gives what the row said before', async () => {
    const replaced = await of().database.transaction(async (facts) => {
      await of().blobs.insert(facts, blob('replaced', 'old'));
      return of().blobs.replace(facts, blob('replaced', 'new'));
    });

    expect(replaced).toEqual({ location: 'old', state: 'present' });
    expect((await of().blobs.find(key('replaced')))?.location).toBe('new');
    expect(await of().blobs.named(['old', 'new'])).toEqual(new Set(['new']));
  });

  it('replaces nothing where there is no row', async () => {
    const replaced = of().database.transaction((facts) => of().blobs.replace(facts, blob('never inserted', 'x')));

    expect(await replaced).toBeUndefined();
  });

  it('touches what is there and says where there is nothing', async () => {
    const touched = await of().database.transaction(async (facts) => {
      await of().blobs.insert(facts, blob('touched', 'touched'));
      return [
        await of().blobs.touch(facts, key('touched'), AT + 5),
        await of().blobs.touch(facts, key('not there'), AT + 5),
      ];
    });

    expect(touched).toEqual([true, false]);
    const query = of().database.reader.selectFrom('blobs').select('last_seen').where('location', '=', 'touched');
    expect((await query.executeTakeFirstOrThrow()).last_seen).toBe(AT + 5);
  });

  it('finds a blob only in the repositories that hold it', async () => {
    const [holder, other] = [await aRepository(of()), await aRepository(of())];
    const digest = await of().database.transaction((facts) => putBlob(of(), facts, holder.id, 'held'));

    expect(await of().blobs.findHeld(holder.name, digest)).toMatchObject({
      repositoryId: holder.id,
      location: 'at/held',
    });
    expect(await of().blobs.findHeld(other.name, digest)).toBeUndefined();
    expect(await of().memberships.holders(DEFAULT_STORE, digest, 10)).toEqual([holder.name]);
  });

  it('names a manifest of the repository that has the blob as a part, where there is one', async () => {
    const { id } = await aRepository(of());
    const digest = await of().database.transaction((facts) => putBlob(of(), facts, id, 'named'));
    const user = () => of().database.transaction((facts) => of().manifests.userOf(facts, id, digest));
    expect(await user()).toBeUndefined();

    const references = [{ digest, kind: 'layer', state: 'held', size: 5 }] as const;
    await of().database.transaction((facts) => of().manifests.put(facts, aManifestRow(id, 'names it', { references })));
    expect(await user()).toBe(digestOfText('names it'));
  });

  it('gives up a membership once', async () => {
    const { id } = await aRepository(of());
    const removed = await of().database.transaction(async (facts) => {
      const digest = await putBlob(of(), facts, id, 'given up');
      const membership = { repositoryId: id, digest };
      return [await of().memberships.remove(facts, membership), await of().memberships.remove(facts, membership)];
    });

    expect(removed).toEqual([true, false]);
  });

  it('tells which of many digests a repository holds, also of more than a manifest can name', async () => {
    const { id } = await aRepository(of());
    const digest = await of().database.transaction((facts) => putBlob(of(), facts, id, 'one of many'));
    // The largest manifest, 4 MiB, has room for about 36,000 descriptors.
    const digests = [...Array.from({ length: 40_000 }, (_, at) => digestOfText(`many ${String(at)}`)), digest];

    expect(await of().database.transaction((facts) => of().memberships.held(facts, id, digests))).toEqual(
      new Set([digest]),
    );
    expect(await of().database.transaction((facts) => of().manifests.held(facts, id, digests))).toEqual(new Set());
  });
}

function describeManifests(of: () => MetadataNouns): void {
  it('gives the very bytes of a manifest, by digest and by tag', async () => {
    const { name, id: repositoryId } = await aRepository(of());
    const bytes = Buffer.from([0, 1, 2, 0xff, 0xfe, 0]);
    const { id } = await of().database.transaction(async (facts) => {
      const put = await of().manifests.put(facts, aManifestRow(repositoryId, 'exact', { bytes }));
      await of().tags.move(facts, { repositoryId, tag: tagOf('latest'), manifestId: put.id, actor: undefined, at: AT });
      return put;
    });

    const row = await of().manifests.findByDigest(name, digestOfText('exact'));
    expect(row).toMatchObject({ id, repositoryId, size: 6, origin: 'pushed' });
    expect(await of().manifests.findByTag(name, tagOf('latest'))).toEqual({ ...row, tagOrigin: 'pushed' });
    expect(Buffer.from((await of().manifests.bytesOf(id)) ?? [])).toEqual(bytes);
  });

  it('keeps one row where the same manifest is put again, and marks it as seen', async () => {
    const { id: repositoryId } = await aRepository(of());
    const put = (at: number) =>
      of().database.transaction((facts) => of().manifests.put(facts, aManifestRow(repositoryId, 'again', { at })));
    const first = await put(AT);

    expect(await put(AT + 9)).toEqual({ id: first.id, created: false });
    const query = of().database.reader.selectFrom('manifests').select('last_seen').where('id', '=', first.id);
    expect((await query.executeTakeFirstOrThrow()).last_seen).toBe(AT + 9);
  });

  it('does not find the manifest of another repository', async () => {
    const [holder, other] = [await aRepository(of()), await aRepository(of())];
    await of().database.transaction((facts) => of().manifests.put(facts, aManifestRow(holder.id, 'mine')));

    expect(await of().manifests.findByDigest(other.name, digestOfText('mine'))).toBeUndefined();
  });

  it('removes a manifest with its bytes and references, once', async () => {
    const { name, id: repositoryId } = await aRepository(of());
    const child = digestOfText('child');
    const references = [{ digest: child, kind: 'manifest', state: 'held', size: 1 }] as const;
    const { id } = await of().database.transaction((facts) =>
      of().manifests.put(facts, aManifestRow(repositoryId, 'index', { references })),
    );
    const parentOf = () => of().database.transaction((facts) => of().manifests.parentOf(facts, repositoryId, child));
    const remove = () => of().database.transaction((facts) => of().manifests.remove(facts, id));
    expect(await parentOf()).toBe(digestOfText('index'));

    expect([await remove(), await remove()]).toEqual([true, false]);
    expect(await parentOf()).toBeUndefined();
    expect(await of().manifests.bytesOf(id)).toBeUndefined();
    expect(await of().manifests.findByDigest(name, digestOfText('index'))).toBeUndefined();
  });

  it('lists referrers by subject in the order of digests, filtered, after the last and no more than asked', async () => {
    const { name, id } = await aRepository(of());
    const subject = digestOfText('the subject');
    const annotations = { key: 'value' };
    await of().database.transaction(async (facts) => {
      for (const at of [0, 1, 2, 3, 4, 5]) {
        const artifactType = at % 2 === 0 ? 'application/even' : 'application/odd';
        await of().manifests.put(
          facts,
          aManifestRow(id, `referrer ${String(at)}`, { subject, artifactType, annotations }),
        );
      }
      await of().manifests.put(facts, aManifestRow(id, 'of another', { subject: digestOfText('another') }));
    });
    const list = (artifactTypes: string[], last: string | undefined, limit: number) =>
      of().referrers.list({ repository: name, subject, artifactTypes, last, limit });
    const all = [0, 1, 2, 3, 4, 5].map((at) => digestOfText(`referrer ${String(at)}`)).sort();

    const found = await list([], undefined, 10);
    expect(found.map(({ digest }) => digest)).toEqual(all);
    expect(JSON.parse(found[0]?.annotations ?? '')).toEqual(annotations);
    expect((await list([], all[1], 3)).map(({ digest }) => digest)).toEqual(all.slice(2, 5));
    expect(await list(['application/even'], undefined, 10)).toHaveLength(3);
    expect(await list(['application/even', 'application/odd'], undefined, 10)).toHaveLength(6);
    expect(await list(['application/none'], undefined, 10)).toEqual([]);
  });
}

function describeTags(of: () => MetadataNouns): void {
  async function tagged(...names: string[]) {
    const { name, id: repositoryId } = await aRepository(of());
    const manifest = (text: string) =>
      of().database.transaction((facts) => of().manifests.put(facts, aManifestRow(repositoryId, text)));
    const [first, second] = [await manifest('first'), await manifest('second')];
    const move = (tag: string, manifestId: number, at = AT) =>
      of().database.transaction((facts) =>
        of().tags.move(facts, { repositoryId, tag: tagOf(tag), manifestId, actor: 'ann', at }),
      );
    for (const tag of names) await move(tag, first.id);
    return { name, repositoryId, first, second, move };
  }

  it('moves a tag from one manifest to another', async () => {
    const { repositoryId, second, move } = await tagged('v1');
    const pointsAt = () => of().database.transaction((facts) => of().tags.digestOf(facts, repositoryId, tagOf('v1')));
    expect(await pointsAt()).toBe(digestOfText('first'));

    await move('v1', second.id);
    expect(await pointsAt()).toBe(digestOfText('second'));
  });

  it('marks as seen what a tag pointed at before, since it may be pulled by its digest still', async () => {
    const { first, second, move } = await tagged('v1');
    const lastSeen = async (id: number) => {
      const query = of().database.reader.selectFrom('manifests').select('last_seen').where('id', '=', id);
      return (await query.executeTakeFirstOrThrow()).last_seen;
    };
    await move('v1', second.id, AT + 9);

    expect(await lastSeen(first.id)).toBe(AT + 9);
  });

  it('lists tags in byte order, after the last, one more than a page where there is one', async () => {
    const { repositoryId } = await tagged('b', 'a', '_z', 'B', 'a.1', 'a-1', '10', '9');
    const sorted = ['10', '9', 'B', '_z', 'a', 'a-1', 'a.1', 'b'];

    expect(await of().tags.list(repositoryId, { last: undefined, limit: 100 })).toEqual(sorted);
    expect(await of().tags.list(repositoryId, { last: undefined, limit: 3 })).toEqual(sorted.slice(0, 3));
    expect(await of().tags.list(repositoryId, { last: 'B', limit: 3 })).toEqual(sorted.slice(3, 6));
    expect(await of().tags.list(repositoryId, { last: 'a0', limit: 3 })).toEqual(['b']);
    expect(await of().tags.list(repositoryId, { last: 'b', limit: 3 })).toEqual([]);
  });

  it('removes one tag once, and all tags of a manifest', async () => {
    const { repositoryId, first } = await tagged('a', 'b', 'c');
    const remove = (tag: string) =>
      of().database.transaction((facts) => of().tags.remove(facts, repositoryId, tagOf(tag)));

    expect([await remove('a'), await remove('a')]).toEqual([true, false]);
    const rest = await of().database.transaction((facts) => of().tags.removeAllOf(facts, first.id));
    expect(rest.sort()).toEqual(['b', 'c']);
    expect(await of().tags.list(repositoryId, { last: undefined, limit: 9 })).toEqual([]);
  });
}
