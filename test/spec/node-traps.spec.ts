import { aBlob, uploadLocation } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, closeUpload, headerOf, jsonOf, patchChunk, pushWhole, startUpload } from './exchange.js';
import { useRegistry } from './use-registry.js';

/** What a server on Node and Fastify gets wrong by default, by letter. */
describe('traps of Node and Fastify', () => {
  const registry = useRegistry();
  const blob = aBlob(bytesOf('of the node traps', 2000));
  const server = () => registry().application.getHttpServer();

  beforeAll(() => pushWhole(registry().request, 'a', blob));

  it('a: a POST of JSON type and of no length opens an upload', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '0' };
    const response = await registry().request('POST', '/v2/a/blobs/uploads/', { headers });
    expect(response.status).toBe(202);
    expect((await registry().request('DELETE', uploadLocation(response))).status).toBe(204);
  });

  it.each([
    ['of no type', undefined],
    ['of JSON type that is no JSON', 'application/json'],
    ['of a type nobody knows', 'application/x-unknown; q=1'],
    ['of a malformed type', 'not a type'],
    ['of a form', 'multipart/form-data; boundary=x'],
  ])('b: a chunk %s, over 1 MiB, is taken', async (_, type) => {
    const { digest, bytes } = aBlob(bytesOf(`over a mebibyte ${String(type)}`, 1_200_000));
    const location = await startUpload(registry().request, 'a');
    const headers = type === undefined ? {} : { 'content-type': type };
    expect((await registry().request('PATCH', location, { headers, body: bytes })).status).toBe(202);
    expect((await closeUpload(registry().request, location, digest)).status).toBe(201);
  });

  it('c: no type under /v2/ has a charset, errors included', async () => {
    const paths = ['/v2/', '/v2/_catalog', '/v2/a/tags/list', '/v2/_oci/ext/discover', '/v2/A/tags/list', '/v2/a/none'];
    for (const path of paths) {
      expect(headerOf(await registry().request('GET', path), 'content-type')).toBe('application/json');
    }
  });

  it('d: a request may take as long as it likes', () => {
    expect([server().requestTimeout, server().timeout]).toEqual([0, 0]);
  });

  it('e: a connection is kept for longer than clients keep theirs', async () => {
    expect(server().keepAliveTimeout).toBeGreaterThan(90_000);
    await registry().request('GET', '/v2/');
    await registry().request('GET', '/v2/');
    expect(registry().openSockets).toBe(1);
  });

  it('f: headers may be longer than 16 KiB', async () => {
    const headers = { authorization: `Bearer ${'x'.repeat(40_000)}` };
    expect((await registry().request('GET', '/v2/', { headers })).status).toBe(200);
  });

  it('g: HEAD says Content-Length', async () => {
    const response = await registry().request('HEAD', `/v2/a/blobs/${blob.digest}`);
    expect(headerOf(response, 'content-length')).toBe('2000');
  });

  it('an answer to PATCH has no body that a client would have to read', async () => {
    const location = await startUpload(registry().request, 'a');
    const response = await patchChunk(registry().request, location, 0, bytesOf('x'));
    expect([response.body.byteLength, headerOf(response, 'content-length')]).toEqual([0, '0']);
    expect(jsonOf(await registry().request('GET', '/v2/'))).toEqual({});
  });
});
