import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { brokenFacts } from '../contracts/broken-facts.js';
import { anImage } from '../kit/builders/builders.js';
import { aBlob, type BuiltManifest } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { FakeUpstream } from '../kit/fake-upstream/fake-upstream.js';
import { runCommand } from './run-command.js';
import { SERVER_ENTRY, type ServerProcess } from './server-process.js';
import { filesBelow, storedDigests } from './stored-files.js';
import { rootDirectoryOf, useServers } from './use-servers.js';

const MB = 1_000_000;
const random = new SeededRandom(1, 'eviction');
const servers = useServers();
let from: FakeUpstream;

beforeAll(async () => {
  from = await FakeUpstream.start();
});
afterAll(() => from.close());

function someImages(folder: string, count: number, bytes: number): readonly BuiltManifest[] {
  return Array.from({ length: count }, (_, at) => {
    const image = anImage({ seed: at }).withLayers(0).withLayer(random.bytes(bytes)).build();
    from.has(`${folder}/${String(at)}`, image, 'v1');
    return image;
  });
}

async function pull(server: ServerProcess, repository: string, { digest, blobs }: BuiltManifest): Promise<void> {
  const manifest = await server.request('GET', `/v2/${repository}/manifests/v1`);
  expect([manifest.status, manifest.headers['docker-content-digest']]).toEqual([200, digest]);
  for (const blob of blobs) {
    const { status, body } = await server.request('GET', `/v2/${repository}/blobs/${blob.digest}`);
    expect([status, aBlob(body).digest]).toEqual([200, blob.digest]);
  }
}

function mirroring(maxBytes?: string): { readonly extensions: Record<string, Record<string, unknown>> } {
  return {
    extensions: { sync: { registries: [{ urls: [from.url], onDemand: true, ...(maxBytes && { maxBytes }) }] } },
  };
}

describe('a server whose upstream has more than it may keep', () => {
  it('keeps 40 MB of 60 MB that are pulled in turn, and the newest images of them', async () => {
    const folder = await servers.folder();
    const server = await servers.start(mirroring('40MB'), folder);
    const images = someImages('large', 12, 5 * MB);
    for (const [at, image] of images.entries()) {
      await pull(server, `large/${String(at)}`, image);
      const { body } = await server.request('GET', '/v2/_berth/ext/sync');
      const [{ cache }] = (JSON.parse(body.toString()) as { upstreams: [{ cache: { heldBytes: number } }] }).upstreams;
      expect(cache.heldBytes).toBeLessThanOrEqual(40 * MB);
    }
    const asked = from.requests.length;
    for (let at = 5; at < 12; at++) await pull(server, `large/${String(at)}`, images[at] ?? expect.fail());
    expect(from.requests.length).toBe(asked);
    expect((await server.stop()).code).toBe(0);
    expect(await filesBelow(join(rootDirectoryOf(folder), 'blobs'))).not.toHaveLength(0);
  }, 120_000);

  it.each([1, 2, 3])(
    'is killed while it evicts, and shows nothing by half, round %i',
    async (round) => {
      const folder = await servers.folder();
      const images = someImages(`small${String(round)}`, 40, 50_000);
      const filling = await servers.start(mirroring(), folder);
      for (const [at, image] of images.entries()) await pull(filling, `small${String(round)}/${String(at)}`, image);
      expect((await filling.stop()).code).toBe(0);

      const root = rootDirectoryOf(folder);
      const stored = async (): Promise<number> => (await filesBelow(join(root, 'blobs'))).length;
      const most = (await stored()) - 12 * (round - 1);
      const evicting = await servers.launch(folder, mirroring('200KB'));
      while ((await stored()) >= most);
      await evicting.kill();
      const database = new SqliteDatabase({ folder: root, durable: true });
      await database.open();
      expect(await brokenFacts(database.reader, new FilesystemBlobStorage({ root, durable: true }))).toEqual([]);
      const rows = await database.reader.selectFrom('blobs').select('digest').execute();
      await database.close();
      const config = await servers.configure(folder, { storage: { gcDelay: '0s' } });
      await runCommand(process.execPath, [SERVER_ENTRY, 'gc', config]);
      expect([...(await storedDigests(root))].sort()).toEqual(rows.map(({ digest }) => digest).sort());
    },
    60_000,
  );
});
