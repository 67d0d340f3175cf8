import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { aBlob } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import type { RegistryResponse } from '../kit/registry-request.js';
import { pollUntil } from './poll-until.js';
import type { ServerProcess } from './server-process.js';
import { blobVerifies } from './pull-and-verify.js';
import { useServers } from './use-servers.js';

const SIZE = 2 * 1024 * 1024;
const DEADLINE = 10_000;

interface Transfer {
  readonly body: PassThrough;
  readonly rest: Buffer;
  readonly digest: ReturnType<typeof aBlob>['digest'];
  readonly response: Promise<RegistryResponse>;
}

describe('a server that is told to stop', () => {
  const servers = useServers();

  it('fails readiness, lets a transfer in flight finish, and exits 0', async () => {
    const folder = await servers.folder();
    const server = await servers.start({ http: { drainTimeout: '30s' } }, folder);
    const transfer = await startTransfer(server);
    server.signal('SIGTERM');
    await pollUntil('readiness fails', DEADLINE, async () => !(await server.isReady()));
    expect(server.ended).toBe(false);
    transfer.body.end(transfer.rest);
    expect((await transfer.response).status).toBe(201);
    expect(await server.exited).toEqual({ code: 0, signal: null });

    const restarted = await servers.start({}, folder);
    expect(await blobVerifies(restarted.request, 'drained/blob', transfer.digest)).toBe(true);
  });

  it('cuts a transfer that takes longer than http.drainTimeout and exits all the same', async () => {
    const server = await servers.start({ http: { drainTimeout: '500ms' } });
    const transfer = await startTransfer(server);
    const cut = expect(transfer.response).rejects.toThrow();
    const begin = performance.now();
    server.signal('SIGTERM');
    await cut;
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begin).toBeGreaterThan(400);
    expect(performance.now() - begin).toBeLessThan(DEADLINE);
  });

  it('does not wait for connections that are open and ask nothing', async () => {
    const server = await servers.start({ http: { drainTimeout: '30s' } });
    // The client keeps the connection of a finished request open.
    expect((await server.request('GET', '/v2/')).status).toBe(200);
    const begin = performance.now();
    expect((await server.stop()).code).toBe(0);
    expect(performance.now() - begin).toBeLessThan(DEADLINE);
  });

  /** Begins to PUT a blob and gives the rest of it once the server has taken the first half. */
  async function startTransfer(server: ServerProcess): Promise<Transfer> {
    const blob = aBlob(new SeededRandom(testSeed()).bytes(SIZE));
    const opened = await server.request('POST', '/v2/drained/blob/blobs/uploads/');
    const body = new PassThrough();
    const path = `${withQuery(uploadLocation(opened))}digest=${blob.digest}`;
    const headers = { 'content-length': String(SIZE), 'content-type': 'application/octet-stream' };
    const response = server.request('PUT', path, { headers, body });
    body.write(blob.bytes.subarray(0, SIZE / 2));
    await pollUntil('the first half is sent', DEADLINE, () => body.readableLength === 0);
    return { body, rest: blob.bytes.subarray(SIZE / 2), digest: blob.digest, response };
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
