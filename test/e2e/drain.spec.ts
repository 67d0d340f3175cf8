import { describe, expect, it } from 'vitest';
import { type BuiltBlob, aBlob } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import { pollUntil } from './poll-until.js';
import { blobVerifies } from './pull-and-verify.js';
import { RawConnection, requestHead } from './raw-connection.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const SIZE = 2 * 1024 * 1024;
const DEADLINE = 10_000;

interface Transfer {
  readonly connection: RawConnection;
  readonly blob: BuiltBlob;
  readonly rest: Buffer;
}

describe('a server that is told to stop', () => {
  const servers = useServers();

  it('fails readiness, lets a transfer in flight finish, and exits 0', async () => {
    const folder = await servers.folder();
    const server = await servers.start({ http: { drainTimeout: '60s' } }, folder);
    const { connection, blob, rest } = await startTransfer(server);
    server.signal('SIGTERM');
    await pollUntil('readiness fails', DEADLINE, async () => !(await server.isReady()));
    expect(server.ended).toBe(false);
    await connection.write(rest);
    await pollUntil('the transfer is answered', DEADLINE, () => connection.text.includes('HTTP/1.1 201 '));

    // The client leaves its connection open, as clients do, and the server waits for nothing more on it.
    await pollUntil('the server ends', DEADLINE, () => server.ended);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const restarted = await servers.start({}, folder);
    expect(await blobVerifies(restarted.request, 'drained/blob', blob.digest)).toBe(true);
  });

  it('cuts a transfer that takes longer than http.drainTimeout and exits all the same', async () => {
    const server = await servers.start({ http: { drainTimeout: '500ms' } });
    const { connection } = await startTransfer(server);
    const begin = performance.now();
    server.signal('SIGTERM');
    await connection.closed;
    expect(performance.now() - begin).toBeGreaterThan(400);
    await pollUntil('the server ends', DEADLINE, () => server.ended);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('does not wait for connections that are open and ask nothing', async () => {
    const server = await servers.start({ http: { drainTimeout: '60s' } });
    // The client keeps the connection of a finished request open.
    expect((await server.request('GET', '/v2/')).status).toBe(200);
    const begin = performance.now();
    expect((await server.stop()).code).toBe(0);
    expect(performance.now() - begin).toBeLessThan(DEADLINE);
  });

  it('serves and ends in order although the disk under its audit log is full', async () => {
    const server = await servers.start({ log: { audit: '/dev/full' } });
    for (let upload = 0; upload < 50; upload++) {
      expect((await server.request('POST', '/v2/audited/blob/blobs/uploads/')).status).toBe(202);
    }
    await pollUntil('it is told', DEADLINE, () => server.errorOutput.includes('the log cannot be written: ENOSPC'));
    expect((await server.stop()).code).toBe(0);
  });

  /** Begins to PUT a blob, and gives the rest of it once the server has taken the request and was sent the first half. */
  async function startTransfer(server: ServerProcess): Promise<Transfer> {
    const blob = aBlob(new SeededRandom(testSeed()).bytes(SIZE));
    const opened = await server.request('POST', '/v2/drained/blob/blobs/uploads/');
    const connection = await RawConnection.open(server.url);
    const headers = { 'content-length': String(SIZE), expect: '100-continue' };
    await connection.write(requestHead('PUT', `${withQuery(uploadLocation(opened))}digest=${blob.digest}`, headers));
    await pollUntil('the server takes the request', DEADLINE, () => connection.text.includes('HTTP/1.1 100 '));
    await connection.write(blob.bytes.subarray(0, SIZE / 2));
    return { connection, blob, rest: blob.bytes.subarray(SIZE / 2) };
  }
});

describe('a second server on the same root', () => {
  const servers = useServers();

  it('is refused with the process that holds it, and the first serves on', async () => {
    const folder = await servers.folder();
    const first = await servers.start({}, folder);
    const second = await servers.launch(folder);
    expect((await second.exited).code).toBeGreaterThan(0);
    expect(second.output()).toContain(String(first.pid));
    expect((await first.request('GET', '/v2/')).status).toBe(200);
  });

  it('starts once the first was killed', async () => {
    const folder = await servers.folder();
    await (await servers.start({}, folder)).kill();
    expect((await (await servers.start({}, folder)).request('GET', '/v2/')).status).toBe(200);
  });
});
