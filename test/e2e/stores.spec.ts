import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Digest } from '@berth/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anImage } from '../kit/builders/builders.js';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { FakeUpstream } from '../kit/fake-upstream/fake-upstream.js';
import { describeWith } from '../requirements/requires.js';
import { pollUntil } from './poll-until.js';
import { pullAndVerify } from './pull-and-verify.js';
import type { ServerProcess } from './server-process.js';
import { openSocketRequest } from './socket-request.js';
import { filesBelow, storedDigests } from './stored-files.js';
import { rootDirectoryOf, type ServerSettings, useServers } from './use-servers.js';

const MIB = 1024 * 1024;
const LAYER = 4 * MIB;
const NAMES = ['one', 'two'] as const;
type Name = (typeof NAMES)[number];

const run = promisify(execFile);
const servers = useServers();
const upstreams: Record<Name, FakeUpstream> = {} as Record<Name, FakeUpstream>;
const images: Record<Name, BuiltManifest> = {} as Record<Name, BuiltManifest>;

beforeAll(async () => {
  for (const name of NAMES) {
    images[name] = anImage().withLayerSize(LAYER).build();
    upstreams[name] = await FakeUpstream.start();
    upstreams[name].has(`${name}/app`, images[name], 'v1');
  }
});

afterAll(() => Promise.all(NAMES.map((name) => upstreams[name].close())));

/** A store for each upstream, in a folder of its name. */
function settings(folder: string): ServerSettings {
  return {
    storage: {
      rootDirectory: rootDirectoryOf(folder),
      stores: Object.fromEntries(NAMES.map((name) => [name, { rootDirectory: join(folder, name) }])),
    },
    extensions: {
      sync: {
        registries: NAMES.map((name) => ({
          urls: [upstreams[name].url],
          onDemand: true,
          content: [{ prefix: `${name}/**` }],
          storage: name,
        })),
      },
    },
  };
}

function digestsOf(name: Name): readonly Digest[] {
  return images[name].blobs.map(({ digest }) => digest).sort();
}

async function digestsIn(folder: string, name: Name): Promise<readonly Digest[]> {
  return (await storedDigests(join(folder, name))).toSorted();
}

describe('a mirror of two upstreams with stores of their own', () => {
  it('keeps each under its own root, both whole, though it is killed at half of both', async () => {
    const folder = await servers.folder();
    const first = await servers.start(settings(folder), folder);
    for (const name of NAMES) upstreams[name].behaviour = { bytesPerSecond: 2 * MIB };
    await Promise.all(NAMES.map((name) => startPull(first, name)));
    await first.kill();
    const unfinished = await Promise.all(NAMES.map((name) => filesBelow(join(folder, name, 'uploads'))));
    expect(unfinished.map(({ length }) => length)).toEqual([1, 1]);

    for (const name of NAMES) upstreams[name].reset();
    const second = await servers.start(settings(folder), folder);
    for (const name of NAMES) await pullAndVerify(second.request, `${name}/app`, 'v1');
    for (const name of NAMES) {
      await pollUntil(`all of ${name} is kept`, 10_000, async () => {
        return (await digestsIn(folder, name)).length === images[name].blobs.length;
      });
      expect(await digestsIn(folder, name)).toEqual(digestsOf(name));
      expect(await filesBelow(join(folder, name, 'uploads'))).toEqual([]);
      // What was there of it was gone on with.
      expect(upstreams[name].requests.some(({ headers }) => headers.range !== undefined)).toBe(true);
    }
    expect(await storedDigests(rootDirectoryOf(folder))).toEqual([]);
  }, 60_000);

  it('refuses a second server on the root of one of its stores', async () => {
    const folder = await servers.folder();
    await servers.start(settings(folder), folder);
    const other = await servers.folder();
    const { storage, ...rest } = settings(folder);
    const second = await servers.launch(other, {
      ...rest,
      storage: { ...storage, rootDirectory: rootDirectoryOf(other) },
    });
    expect((await second.exited).code).toBe(1);
    expect(second.errorOutput).toContain(`${join(folder, 'one')} is in use by another server`);
  }, 30_000);
});

/** Pulls the large layer until half of it is here. */
async function startPull(server: ServerProcess, name: Name): Promise<void> {
  await server.request('GET', `/v2/${name}/app/manifests/v1`);
  const layer = images[name].blobs.find(({ bytes }) => bytes.byteLength === LAYER);
  const response = await openSocketRequest(server.url, 'GET', `/v2/${name}/app/blobs/${layer?.digest ?? ''}`);
  let length = 0;
  response.on('error', () => undefined);
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.byteLength;
    if (length >= LAYER / 2) return;
  }
}

describeWith({ root: true }, 'a store whose disk has no room', () => {
  it.each([
    ['bytes', 'size=1m'],
    ['files', 'nr_inodes=8'],
  ])(
    'for %s is passed through whole, and the other store keeps what is its own',
    async (_, limit) => {
      const folder = await servers.folder();
      const full = join(folder, 'one');
      await mkdir(full);
      await run('mount', ['-t', 'tmpfs', '-o', limit, 'tmpfs', full]);
      const server = await servers.launch(folder, settings(folder));
      try {
        await server.ready();
        for (const name of NAMES) await pullAndVerify(server.request, `${name}/app`, 'v1');
        await pollUntil('the other store has it all', 10_000, async () => {
          return (await digestsIn(folder, 'two')).length === images.two.blobs.length;
        });
        expect((await digestsIn(folder, 'one')).length).toBeLessThan(images.one.blobs.length);
        for (const name of NAMES) upstreams[name].reset();
        for (const name of NAMES) await pullAndVerify(server.request, `${name}/app`, 'v1');
        expect(upstreams.one.count('GET', /blobs/)).toBeGreaterThan(0);
        expect(upstreams.two.count('GET', /blobs/)).toBe(0);
      } finally {
        await server.kill();
        await run('umount', [full]);
      }
    },
    60_000,
  );
});
