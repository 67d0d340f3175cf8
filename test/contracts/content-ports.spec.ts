import {
  DEFAULT_STORE,
  ChangeFeed,
  definePlugin,
  type ManifestCursor,
  type ManifestInfo,
  ManifestStore,
  MEDIA_TYPES,
  Referrers,
  RepositoryCatalog,
  TagStore,
} from '@berth/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContentPortsModule } from '../../src/content/ports/content-ports.module.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
import { givenPlugins } from '../../src/plugin-host/given-plugins.js';
import { type MetadataNouns, nounsOver } from './metadata-nouns.js';
import { AT, aManifestRow, aRepository, digestOfText, nameOf, putBlob, tagOf } from './metadata-samples.js';
import { type OpenServices, openServices } from './open-services.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

const folder = makeTemporaryFolder();
let services: OpenServices;
let nouns: MetadataNouns;

beforeAll(async () => {
  const database = new SqliteDatabase({ folder, durable: false });
  const plugins = givenPlugins([{ plugin: definePlugin({ name: 'reader' }) }]);
  services = await openServices({ database, storage: new MemoryBlobStorage() }, undefined, plugins);
  nouns = nounsOver(database);
});

afterAll(async () => {
  await services.close();
  removeFolder(folder);
});

type Port<Instance> = abstract new (...args: never[]) => Instance;

/** A port as the module of every plugin imports it. */
function port<Instance>(token: Port<Instance>): Instance {
  return services.context.select(ContentPortsModule).get<Instance>(token, { strict: true });
}

describe('the manifest store', () => {
  it('finds a manifest by tag and by digest with all that is known of it, and its bytes', async () => {
    const { name, id: repositoryId } = await aRepository(nouns);
    const more = { artifactType: 'a/b', subject: digestOfText('s'), annotations: { k: 'v' }, actor: 'ann' };
    const row = aManifestRow(repositoryId, 'whole', more);
    await services.database.transaction(async (facts) => {
      const { id: manifestId } = await nouns.manifests.put(facts, row);
      await nouns.tags.move(facts, { repositoryId, tag: tagOf('v1'), manifestId, actor: 'bob', at: AT + 1 });
    });
    const { digest } = row;
    const store = port(ManifestStore);
    const info: ManifestInfo = {
      repository: name,
      digest,
      mediaType: row.mediaType,
      artifactType: 'a/b',
      size: 5,
      origin: 'pushed',
      subject: digestOfText('s'),
      annotations: { k: 'v' },
      pushedAt: AT,
      pushedBy: 'ann',
      pulls: 0,
      lastPulledAt: undefined,
    };

    expect(await store.find(name, { kind: 'digest', digest })).toEqual(info);
    expect(await store.find(name, { kind: 'tag', tag: tagOf('v1') })).toEqual(info);
    expect(await store.find(name, { kind: 'tag', tag: tagOf('v2') })).toBeUndefined();
    expect(await store.find(nameOf('nobody/has-it'), { kind: 'digest', digest })).toBeUndefined();
    expect(Buffer.from((await store.read(name, digest)) ?? [])).toEqual(Buffer.from('whole'));
    expect(await store.read(name, digestOfText('another'))).toBeUndefined();
    const found = await port(TagStore).find(name, tagOf('v1'));
    expect(found).toEqual({ tag: 'v1', digest, movedAt: AT + 1, movedBy: 'bob', origin: 'pushed' });
  });

  it('says how often a manifest was pulled, and when last', async () => {
    const { id: repositoryId } = await aRepository(nouns);
    const row = aManifestRow(repositoryId, 'pulled');
    await services.database.transaction((facts) => nouns.manifests.put(facts, row));
    const { digest } = row;
    await nouns.pulls.add([{ repositoryId, digest, pulls: 3, lastPulled: AT }]);
    const page = await port(ManifestStore).scan(undefined, 1000);

    expect(page.manifests.find((manifest) => manifest.digest === digest)).toMatchObject({ pulls: 3, lastPulledAt: AT });
  });

  it('scans every manifest once in pages, those that come meanwhile at the end', async () => {
    const { id: repositoryId } = await aRepository(nouns);
    const put = (text: string) =>
      services.database.transaction((facts) => nouns.manifests.put(facts, aManifestRow(repositoryId, text)));
    for (const at of [1, 2, 3, 4, 5]) await put(`scanned ${String(at)}`);
    const seen: string[] = [];
    let after: ManifestCursor | undefined;
    do {
      const page = await port(ManifestStore).scan(after, 2);
      expect(page.manifests.length).toBeLessThanOrEqual(2);
      seen.push(...page.manifests.map(({ digest }) => digest));
      if (after === undefined) await put('late');
      after = page.next;
    } while (after !== undefined);

    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining([digestOfText('scanned 1'), digestOfText('scanned 5')]));
    expect(seen.at(-1)).toBe(digestOfText('late'));
  });

  it('refuses a cursor that is none of its own', async () => {
    await expect(port(ManifestStore).scan('nonsense', 1)).rejects.toThrow(TypeError);
  });

  it('names held references whose content is not there, and no others', async () => {
    const { name, id: repositoryId } = await aRepository(nouns);
    const row = aManifestRow(repositoryId, 'refers', {
      references: [
        { digest: digestOfText('there'), kind: 'layer', state: 'held', size: 1 },
        { digest: digestOfText('gone'), kind: 'layer', state: 'held', size: 1 },
        { digest: digestOfText('elsewhere'), kind: 'layer', state: 'remote', size: 1 },
        { digest: digestOfText('damaged'), kind: 'config', state: 'held', size: 1 },
        { digest: digestOfText('child'), kind: 'manifest', state: 'held', size: 1 },
        { digest: digestOfText('no child'), kind: 'manifest', state: 'held', size: 1 },
      ],
    });
    await services.database.transaction(async (facts) => {
      await putBlob(nouns, facts, repositoryId, 'there');
      const damaged = await putBlob(nouns, facts, repositoryId, 'damaged');
      await facts.updateTable('blobs').set({ state: 'quarantined' }).where('digest', '=', damaged).execute();
      await nouns.manifests.put(facts, aManifestRow(repositoryId, 'child'));
      await nouns.manifests.put(facts, row);
    });
    const missing: unknown[] = [];
    let after: ManifestCursor | undefined;
    do {
      const page = await port(ManifestStore).missingReferences(after, 3);
      missing.push(...page.missing.filter(({ repository }) => repository === name));
      after = page.next;
    } while (after !== undefined);
    const expected = [
      ['gone', 'layer'],
      ['damaged', 'config'],
      ['no child', 'manifest'],
    ] as const;

    expect(missing).toHaveLength(3);
    for (const [text, kind] of expected) {
      expect(missing).toContainEqual({ repository: name, manifest: row.digest, digest: digestOfText(text), kind });
    }
  });
});

describe('the tag store', () => {
  it('lists tags in the order of their names, after one, up to a limit', async () => {
    const { name, id: repositoryId } = await aRepository(nouns);
    await services.database.transaction(async (facts) => {
      const { id: manifestId } = await nouns.manifests.put(facts, aManifestRow(repositoryId, 'tagged'));
      for (const text of ['b', 'a', 'C', 'd'])
        await nouns.tags.move(facts, { repositoryId, tag: tagOf(text), manifestId, actor: undefined, at: AT });
    });
    const names = async (...[after, limit]: [string | undefined, number]): Promise<string[]> => {
      const list = await port(TagStore).list(name, after === undefined ? undefined : tagOf(after), limit);
      return list.map(({ tag }) => tag);
    };

    expect(await names(undefined, 10)).toEqual(['C', 'a', 'b', 'd']);
    expect(await names('C', 2)).toEqual(['a', 'b']);
    expect(await names('d', 2)).toEqual([]);
  });
});

describe('the repository catalog', () => {
  it('finds and lists repositories, with what they mirror', async () => {
    const at = AT;
    await services.database.transaction(async (facts) => {
      await nouns.repositories.ensure(facts, {
        name: nameOf('zz/mirror'),
        store: DEFAULT_STORE,
        upstream: 'docker.io',
        actor: 'a',
        at,
      });
      await nouns.repositories.ensure(facts, { name: nameOf('zz/own'), store: DEFAULT_STORE, actor: 'a', at });
    });
    const mirror = { name: 'zz/mirror', store: DEFAULT_STORE, upstream: 'docker.io', createdAt: AT, bytes: 0 };
    const own = { ...mirror, name: 'zz/own', upstream: undefined };
    const catalog = port(RepositoryCatalog);

    expect(await catalog.find(nameOf('zz/mirror'))).toEqual(mirror);
    expect(await catalog.find(nameOf('zz/nothing'))).toBeUndefined();
    expect(await catalog.list(nameOf('zz'), 5)).toEqual([mirror, own]);
    expect(await catalog.list(nameOf('zz'), 1)).toEqual([mirror]);
  });

  it('counts the bytes of a repository and of all below it, and of no neighbour', async () => {
    const sizes = { team: 1, 'team/app': 2, 'team/app/deep': 4, 'team-2': 8, 'team.x/app': 16, tea: 32, team0: 64 };
    for (const [repository, size] of Object.entries(sizes)) {
      await services.database.transaction(async (facts) => {
        const { id } = await nouns.repositories.ensure(facts, {
          name: nameOf(repository),
          store: DEFAULT_STORE,
          actor: undefined,
          at: AT,
        });
        await putBlob(nouns, facts, id, 'x'.repeat(size));
      });
    }
    const { bytesBelow } = port(RepositoryCatalog);
    const below = (prefix: string): Promise<number> => bytesBelow.call(port(RepositoryCatalog), nameOf(prefix));

    expect(await below('team')).toBe(7);
    expect(await below('team/app')).toBe(6);
    expect(await below('team-2')).toBe(8);
    expect(await below('nothing')).toBe(0);
  });

  it('counts a blob no more that a repository holds no more, and counts it once however often it is held', async () => {
    const { name, id: repositoryId } = await aRepository(nouns);
    const hold = (text: string): Promise<unknown> =>
      services.database.transaction((facts) => putBlob(nouns, facts, repositoryId, text));
    await hold('kept');
    await hold('dropped');
    await hold('dropped');
    expect(await port(RepositoryCatalog).bytesBelow(name)).toBe(11);
    const key = { repositoryId, digest: digestOfText('dropped') };
    await services.database.transaction((facts) => nouns.memberships.remove(facts, key));

    expect(await port(RepositoryCatalog).bytesBelow(name)).toBe(4);
  });

  it('counts a blob twice that two repositories hold', async () => {
    await services.database.transaction(async (facts) => {
      for (const repository of ['twice/a', 'twice/b']) {
        const { id } = await nouns.repositories.ensure(facts, {
          name: nameOf(repository),
          store: DEFAULT_STORE,
          actor: undefined,
          at: AT,
        });
        await putBlob(nouns, facts, id, 'shared');
      }
    });

    expect(await port(RepositoryCatalog).bytesBelow(nameOf('twice'))).toBe(12);
  });
});

describe('the referrers', () => {
  it('are descriptors in the order of digests, of one artifact type where one is asked for', async () => {
    const { name, id: repositoryId } = await aRepository(nouns);
    const subject = digestOfText('the subject');
    await services.database.transaction(async (facts) => {
      for (const artifactType of ['a/sbom', 'a/signature']) {
        const annotations = { of: artifactType };
        await nouns.manifests.put(
          facts,
          aManifestRow(repositoryId, artifactType, { subject, artifactType, annotations }),
        );
      }
    });
    const described = ['a/sbom', 'a/signature']
      .map((artifactType) => ({
        mediaType: MEDIA_TYPES.ociManifest,
        digest: digestOfText(artifactType),
        size: artifactType.length,
        artifactType,
        annotations: { of: artifactType },
      }))
      .sort((one, other) => (one.digest < other.digest ? -1 : 1));
    const referrers = port(Referrers);
    expect(await referrers.list(name, subject, { limit: 10 })).toEqual(described);
    expect(await referrers.list(name, subject, { limit: 10, after: described[0]?.digest ?? expect.fail() })).toEqual(
      described.slice(1),
    );
    const signatures = await referrers.list(name, subject, { limit: 10, artifactType: 'a/signature' });
    expect(signatures.map(({ artifactType }) => artifactType)).toEqual(['a/signature']);
  });
});

describe('the change feed', () => {
  it('gives the changes in order, and the sequence of the newest', async () => {
    const feed = port(ChangeFeed);
    const before = await feed.latest();
    const { name } = await aRepository(nouns);
    const [change, ...none] = await feed.read(before, 10);
    expect(none).toEqual([]);
    expect(change).toEqual({
      sequence: await feed.latest(),
      at: AT,
      kind: 'repository.created',
      repository: name,
      reference: undefined,
      digest: undefined,
      actor: 'ann',
    });
  });
});
