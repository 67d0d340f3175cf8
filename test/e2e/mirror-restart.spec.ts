import { FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBlob } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { pollUntil } from './poll-until.js';
import type { ServerProcess } from './server-process.js';
import { timedPull } from './timed-pull.js';
import { useServers } from './use-servers.js';

const SIZE = 32e6;
const RATE = 16e6;
/** At most so much of a fetch is in memory only when the server dies. Bytes. */
const NOT_WRITTEN_YET = 4 * 1024 ** 2;

const servers = useServers();
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterAll(() => upstream.close());

/** Pulls a blob through a mirror that dies when its client has half of it, and again through the one that comes after it. */
async function pullTwice(name: string): Promise<{ readonly again: ServerProcess; readonly path: string }> {
  const { digest, bytes } = aBlob(new SeededRandom(testSeed(), name).bytes(SIZE));
  upstream.hasBlob(name, { digest, bytes });
  const folder = await servers.folder();
  const settings = { extensions: { sync: { registries: [{ urls: [upstream.url], onDemand: true }] } } };
  const server = await servers.start(settings, folder);
  const path = `/v2/${name}/blobs/${digest}`;
  const half = Promise.withResolvers<undefined>();
  const pulled = timedPull(server.url, path, (all) => {
    if (all >= SIZE / 2) half.resolve(undefined);
  });
  pulled.catch(() => undefined);
  await half.promise;
  await server.kill();
  await expect(pulled).rejects.toThrow();

  const again = await servers.start(settings, folder);
  expect((await timedPull(again.url, path)).digest).toBe(digest);
  return { again, path };
}

/** What the upstream was asked for of a blob, and what it sent. */
function transfersOf(path: string): readonly { readonly range: string | undefined; readonly sent: number }[] {
  return upstream.requests
    .filter((request) => request.path === path)
    .map(({ headers, answer }) => ({ range: headers.range, sent: answer.bytes }));
}

describe('a mirror that is killed at half of a blob', () => {
  it('makes its upstream send no more than what is missing', async () => {
    upstream.behaviour = { bytesPerSecond: RATE };
    const { again, path } = await pullTwice('killed/ranges');
    const [, second, ...more] = transfersOf(path);

    expect(more).toEqual([]);
    expect(second?.range).toMatch(/^bytes=\d+-$/);
    expect(second?.sent).toBeLessThan(SIZE / 2 + NOT_WRITTEN_YET);
    await staysHeld(again, path);
  });

  it('gets all of it anew, and right, where its upstream knows no ranges', async () => {
    upstream.behaviour = { bytesPerSecond: RATE, servesRanges: false };
    const { again, path } = await pullTwice('killed/whole');
    const [, second, ...more] = transfersOf(path);

    expect(more).toEqual([]);
    expect(second?.sent).toBe(SIZE);
    await staysHeld(again, path);
  });
});

/** Its commit may be under way still when its client has all of it. */
async function staysHeld(server: ServerProcess, path: string): Promise<void> {
  await pollUntil('the blob is held', 10_000, async () => {
    const { length } = transfersOf(path);
    const { status } = await server.request('HEAD', path);
    expect(status).toBe(200);
    return length === 2 && !server.log.some(({ err }) => err !== undefined);
  });
  expect((await server.request('GET', path)).body.byteLength).toBe(SIZE);
  expect(transfersOf(path)).toHaveLength(2);
}
