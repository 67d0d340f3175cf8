import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltBlob, aBlob } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import { pollUntil } from './poll-until.js';
import { blobVerifies } from './pull-and-verify.js';
import { RawConnection, parseResponse, requestHead } from './raw-connection.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const SIZE = 1_000_000;
const SENT = 600_000;
const DEADLINE = 10_000;
const OCTETS = { 'content-type': 'application/octet-stream' };

describe('an upload that is interrupted', () => {
  const servers = useServers();
  let folder: string;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = await servers.folder();
    server = await servers.start({ http: { idleTimeout: '300ms' } }, folder);
  });

  it('keeps the bytes of a PATCH whose client went away, says how many, and goes on from there', async () => {
    const blob = someBlob();
    const location = await startUpload();
    const connection = await sendPart(location, blob);
    connection.destroy();
    await finish(location, blob, await keptBytes(location));
  });

  it('keeps the bytes of a PATCH in chunked encoding whose client went away', async () => {
    const blob = someBlob();
    const location = await startUpload();
    const connection = await RawConnection.open(server.url);
    await connection.write(requestHead('PATCH', location, { ...OCTETS, 'transfer-encoding': 'chunked' }));
    await connection.write(`${SENT.toString(16)}\r\n`);
    await connection.write(blob.bytes.subarray(0, SENT));
    connection.destroy();
    await finish(location, blob, await keptBytes(location));
  });

  it('keeps the bytes of a body that ends before its Content-Length', async () => {
    const blob = someBlob();
    const location = await startUpload();
    const connection = await sendPart(location, blob);
    connection.endWriting();
    const text = await connection.closed;
    expect(text === '' || parseResponse(text).status === 400, text).toBe(true);
    await finish(location, blob, await keptBytes(location));
  });

  it('closes the connection of a body that is silent for http.idleTimeout and keeps what it got', async () => {
    const blob = someBlob();
    const location = await startUpload();
    const begin = performance.now();
    const connection = await sendPart(location, blob);
    await connection.closed;
    expect(performance.now() - begin).toBeGreaterThan(290);
    expect(performance.now() - begin).toBeLessThan(DEADLINE);
    await finish(location, blob, await keptBytes(location));
  });

  it('goes on with an upload that was begun before the server was killed', async () => {
    const blob = someBlob();
    const location = await startUpload();
    const headers = { ...OCTETS, 'content-range': `0-${String(SENT - 1)}` };
    const patched = await server.request('PATCH', location, { headers, body: blob.bytes.subarray(0, SENT) });
    expect(patched.status).toBe(202);
    await server.kill();
    server = await servers.start({ http: { idleTimeout: '300ms' } }, folder);
    expect(await receivedBytes(location)).toBe(SENT);
    await finish(location, blob, SENT);
  });

  it('goes on with an upload whose PATCH was under way when the server was killed', async () => {
    const blob = someBlob();
    const location = await startUpload();
    await sendPart(location, blob);
    await server.kill();
    server = await servers.start({ http: { idleTimeout: '300ms' } }, folder);
    await finish(location, blob, await receivedBytes(location));
  });

  const someBlob = (): BuiltBlob => aBlob(new SeededRandom(testSeed()).bytes(SIZE));

  async function startUpload(): Promise<string> {
    return uploadLocation(await server.request('POST', '/v2/interrupted/blob/blobs/uploads/'));
  }

  /** Announces the whole blob and sends the first part of it. */
  async function sendPart(location: string, blob: BuiltBlob): Promise<RawConnection> {
    const connection = await RawConnection.open(server.url);
    await connection.write(requestHead('PATCH', location, { ...OCTETS, 'content-length': String(SIZE) }));
    await connection.write(blob.bytes.subarray(0, SENT));
    return connection;
  }

  /** How many bytes the upload holds once the server has seen that its client is gone: some, and at most those sent. */
  async function keptBytes(location: string): Promise<number> {
    const kept = await pollUntil('the upload says what it kept', DEADLINE, async () => {
      const received = await receivedBytes(location);
      return received > 0 && received;
    });
    expect(kept).toBeLessThanOrEqual(SENT);
    return kept;
  }

  /** end-13. An upload that holds nothing says `0-0`, as one of a single byte does, which no test here sends. */
  async function receivedBytes(location: string): Promise<number> {
    const response = await server.request('GET', location);
    expect(response.status).toBe(204);
    const last = /^0-(\d+)$/.exec(String(response.headers['range']))?.[1];
    return last === '0' ? 0 : Number(last) + 1;
  }

  /** Sends the rest, from the byte that the server names where `from` is no longer it: it may still have been reading. */
  async function finish(location: string, blob: BuiltBlob, from: number): Promise<void> {
    let start = from;
    const patched = await pollUntil('the rest is taken', DEADLINE, async () => {
      const headers = { ...OCTETS, 'content-range': `${String(start)}-${String(SIZE - 1)}` };
      const response = await server.request('PATCH', location, { headers, body: blob.bytes.subarray(start) });
      if (response.status !== 416) return response;
      start = await receivedBytes(location);
      return false;
    });
    expect([patched.status, patched.headers['range']]).toEqual([202, `0-${String(SIZE - 1)}`]);
    const closed = await server.request('PUT', `${withQuery(uploadLocation(patched))}digest=${blob.digest}`);
    expect(closed.status).toBe(201);
    expect(await blobVerifies(server.request, 'interrupted/blob', blob.digest)).toBe(true);
  }
});
