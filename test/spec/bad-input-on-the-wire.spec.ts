import { aBlob, pushBlob } from '@berth/testkit';
import { MEDIA_TYPES } from '@berth/sdk';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf, closeUpload, headerOf, patchChunk, startUpload } from './exchange.js';
import { headOf, rawExchange, rawSocket, statusIn } from './raw-exchange.js';
import { until } from './until.js';
import { useRegistry } from './use-registry.js';

describe('bad input on the wire', () => {
  const registry = useRegistry();
  const offsetOf = async (location: string) => headerOf(await registry().request('GET', location), 'range');

  it('a header of 20 KB is read, one of 100 KB is 431 in the form of the spec', async () => {
    const get = (length: number) =>
      rawExchange(registry().url, headOf('GET', '/v2/', { connection: 'close', 'x-long': 'x'.repeat(length) }));
    expect(statusIn(await get(20_000))).toBe(200);
    const refused = await get(100_000);
    expect(statusIn(refused)).toBe(431);
    expect(refused).toContain('{"errors":[{"code":"SIZE_INVALID"');
  });

  it.each(['rubbish\r\n\r\n', 'GET /v2/ HTTP/9.9\r\n\r\n', 'GET /v2/ HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n'])(
    '%j is 400 in the form of the spec',
    async (bytes) => {
      const answer = await rawExchange(registry().url, bytes);
      expect(statusIn(answer)).toBe(400);
      expect(answer).toContain('{"errors":[{"code":');
    },
  );

  it('a client that goes away in the middle of a PATCH leaves an upload that goes on from what arrived', async () => {
    const { digest, bytes } = aBlob(bytesOf('gone away', 300_000));
    const location = await startUpload(registry().request, 'a');
    const socket = await rawSocket(registry().url);
    socket.write(headOf('PATCH', location, { 'content-length': String(bytes.byteLength) }));
    socket.write(bytes.subarray(0, 100_000));
    await until('the bytes arrive', async () => (await offsetOf(location)) === '0-99999');
    socket.destroy();
    const start = 100_000;
    expect((await patchChunk(registry().request, location, start, bytes.subarray(start))).status).toBe(202);
    expect((await closeUpload(registry().request, location, digest)).status).toBe(201);
    expect((await registry().request('GET', `/v2/a/blobs/${digest}`)).body.equals(bytes)).toBe(true);
  });

  it.each(['POST', 'PUT'])('a client that goes away in the middle of a %s leaves no blob', async (method) => {
    const { digest, bytes } = aBlob(bytesOf(`gone in ${method}`, 100_000));
    const path = method === 'POST' ? '/v2/a/blobs/uploads/' : await startUpload(registry().request, 'a');
    const socket = await rawSocket(registry().url);
    socket.write(headOf(method, `${path}?digest=${digest}`, { 'content-length': String(bytes.byteLength) }));
    socket.write(bytes.subarray(0, 50_000));
    await until('the bytes arrive', async () => (await readdir(join(registry().root, 'uploads'))).length > 0);
    socket.destroy();
    expect((await registry().request('HEAD', `/v2/a/blobs/${digest}`)).status).toBe(404);
  });

  it('a client that goes away in the middle of a manifest leaves no manifest', async () => {
    const socket = await rawSocket(registry().url);
    const head = headOf('PUT', '/v2/a/manifests/gone', {
      'content-length': '1000',
      'content-type': MEDIA_TYPES.ociIndex,
    });
    socket.write(`${head}{"schemaVersion":2,"manifests":[]}`);
    socket.end();
    await until('the server closes', () => socket.destroyed || socket.readableEnded || socket.resume().closed);
    expect((await registry().request('HEAD', '/v2/a/manifests/gone')).status).toBe(404);
  });

  it('a body longer than Content-Length is 400 in the form of the spec, and what follows is no part of the blob', async () => {
    const { digest, bytes } = aBlob(bytesOf('cut', 100));
    const location = await startUpload(registry().request, 'a');
    const head = headOf('PUT', `${location}?digest=${digest}`, { 'content-length': '100' });
    const answer = await rawExchange(
      registry().url,
      Buffer.concat([Buffer.from(head), bytes, Buffer.from('and more')]),
    );
    expect(answer.slice(-200)).toContain('{"errors":[{"code":');
    // The connection ends while the server works: whether that is before or after the blob is there, nothing is lost.
    const rest = await registry().request('PUT', `${location}?digest=${digest}`, {
      headers: { 'content-length': '0' },
    });
    expect([201, 400, 404]).toContain(rest.status);
    await pushBlob(registry().request, 'a', { digest, bytes });
    expect((await registry().request('GET', `/v2/a/blobs/${digest}`)).body.equals(bytes)).toBe(true);
  });

  it('a body shorter than its Content-Range is refused and the upload goes on', async () => {
    const { digest, bytes } = aBlob(bytesOf('short', 100));
    const location = await startUpload(registry().request, 'a');
    const head = headOf('PATCH', location, {
      'content-range': '0-99',
      'transfer-encoding': 'chunked',
      connection: 'close',
    });
    const answer = await rawExchange(registry().url, `${head}5\r\n${bytes.toString().slice(0, 5)}\r\n0\r\n\r\n`);
    expect(statusIn(answer)).toBe(400);
    expect(await offsetOf(location)).toBe('0-4');
    expect((await closeUpload(registry().request, location, digest, bytes.subarray(5))).status).toBe(201);
  });

  it('a second request takes over an upload whose first is stuck', async () => {
    const { digest, bytes } = aBlob(bytesOf('stuck', 1000));
    const location = await startUpload(registry().request, 'a');
    const socket = await rawSocket(registry().url);
    socket.write(
      Buffer.concat([Buffer.from(headOf('PATCH', location, { 'content-length': '1000' })), bytes.subarray(0, 400)]),
    );
    await until('the bytes arrive', async () => (await offsetOf(location)) === '0-399');
    expect((await patchChunk(registry().request, location, 400, bytes.subarray(400))).status).toBe(202);
    socket.destroy();
    expect((await closeUpload(registry().request, location, digest)).status).toBe(201);
  });
});
