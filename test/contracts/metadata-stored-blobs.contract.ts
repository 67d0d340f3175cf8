import { DEFAULT_STORE } from '@berth/sdk';
import { expect, it } from 'vitest';
import type { MetadataNouns } from './metadata-nouns.js';
import { aManifestRow, aRepository, AT, digestOfText, putBlob, tagOf } from './metadata-samples.js';

/** All bytes there are, whatever their state: the part of the contract that scrubbing needs. */
export function describeStoredBlobs(of: () => MetadataNouns): void {
  const key = (text: string) => ({ store: DEFAULT_STORE, digest: digestOfText(text) });
  const stored = async (text: string) => (await of().storedBlobs.find(key(text))) ?? expect.fail();
  const quarantine = async (text: string, aside = `aside/${text}`) => {
    const row = await stored(text);
    return of().database.transaction((facts) => of().storedBlobs.quarantine(facts, row, aside));
  };

  it('lists every copy once, in the order of store and digest, page after page', async () => {
    const { id } = await aRepository(of());
    const names = ['one', 'two', 'three', 'four', 'five'].map((name) => `listed ${name}`);
    await of().database.transaction(async (facts) => {
      for (const name of names) await putBlob(of(), facts, id, name);
    });
    await quarantine('listed two');
    const seen: string[] = [];
    let page = await of().storedBlobs.list(undefined, 2, [DEFAULT_STORE]);
    for (; page.length > 0; page = await of().storedBlobs.list(page.at(-1), 2, [DEFAULT_STORE])) {
      seen.push(...page.map(({ digest }) => digest));
    }

    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining(names.map(digestOfText)));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('takes a copy out of service once, for every repository, and a new write puts it back for all', async () => {
    const [one, other] = [await aRepository(of()), await aRepository(of())];
    await of().database.transaction(async (facts) => {
      await putBlob(of(), facts, one.id, 'damaged');
      await of().memberships.put(facts, { ...key('damaged'), repositoryId: other.id, at: AT });
    });
    expect([await quarantine('damaged'), await quarantine('damaged')]).toEqual([true, false]);
    const held = (name: typeof one.name) => of().blobs.findHeld(name, digestOfText('damaged'));
    expect([await of().blobs.find(key('damaged')), await held(one.name), await held(other.name)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);

    const row = { ...key('damaged'), size: 7, location: 'newer/damaged', at: AT };
    const replaced = await of().database.transaction((facts) => of().blobs.replace(facts, row));
    expect(replaced).toEqual({ location: 'aside/damaged', state: 'quarantined' });
    expect([await held(one.name), await held(other.name)]).toMatchObject([
      { location: 'newer/damaged' },
      { location: 'newer/damaged' },
    ]);
  });

  it('leaves bytes in service that came after those that were found damaged', async () => {
    const { id } = await aRepository(of());
    await of().database.transaction((facts) => putBlob(of(), facts, id, 'replaced first'));
    const found = await stored('replaced first');
    const row = { ...key('replaced first'), size: 7, location: 'replacement', at: AT };
    await of().database.transaction((facts) => of().blobs.replace(facts, row));
    const done = await of().database.transaction((facts) => of().storedBlobs.quarantine(facts, found, 'aside'));

    expect(done).toBe(false);
    expect(await stored('replaced first')).toMatchObject({ location: 'replacement', state: 'present' });
  });

  it('names the manifests that need a copy where it is held, the indexes above them, and their tags', async () => {
    const [holder, other] = [await aRepository(of()), await aRepository(of())];
    const digest = digestOfText('needed');
    const layer = { digest, kind: 'layer', state: 'held', size: 6 } as const;
    const child = { digest: digestOfText('the image'), kind: 'manifest', state: 'held', size: 9 } as const;
    await of().database.transaction(async (facts) => {
      await putBlob(of(), facts, holder.id, 'needed');
      await of().manifests.put(facts, aManifestRow(holder.id, 'the image', { references: [layer] }));
      const index = await of().manifests.put(facts, aManifestRow(holder.id, 'the index', { references: [child] }));
      await of().manifests.put(
        facts,
        aManifestRow(other.id, 'elsewhere', { references: [{ ...layer, state: 'remote' }] }),
      );
      for (const tag of ['b', 'a', 'c']) {
        const move = { repositoryId: holder.id, tag: tagOf(tag), manifestId: index.id, actor: undefined, at: AT };
        await of().tags.move(facts, move);
      }
    });
    const [user = expect.fail(), ...more] = await of().storedBlobs.users(key('needed'), 10);
    const [index = expect.fail()] = await of().storedBlobs.indexesOf(user, 10);

    expect(more).toEqual([]);
    expect(user).toMatchObject({ repository: holder.name, digest: digestOfText('the image') });
    expect(index).toMatchObject({ repository: holder.name, digest: digestOfText('the index') });
    expect(await of().storedBlobs.tagsOf(index.id, 2)).toEqual(['a', 'b']);
  });
}
