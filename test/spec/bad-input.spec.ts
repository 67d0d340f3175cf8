import { aBlob, anImage, pushManifest } from '@berth/testkit';
import { MANIFEST_MAX_BYTES, MEDIA_TYPES } from '@berth/sdk';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ABSENT,
  bytesOf,
  closeUpload,
  expectError,
  headerOf,
  jsonOf,
  patchChunk,
  pushWhole,
  putManifest,
  startUpload,
} from './exchange.js';
import { headOf, rawExchange, rawSocket, statusIn } from './raw-exchange.js';
import { until } from './until.js';
import { useRegistry } from './use-registry.js';

describe('bad input', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const blob = aBlob(bytesOf('good', 100));
  const send = (method: string, path: string) => registry().request(method, path);

  beforeAll(async () => {
    await pushManifest(registry().request, 'good', image, { tag: 'x' });
    await pushWhole(registry().request, 'good', blob);
  });

  describe('a malformed repository name', () => {
    const names = [
      'A',
      'a//b',
      '-a',
      'a-',
      'a..b',
      'a___b',
      '_a',
      'a%2Fb',
      'a%zz',
      'a/%2e%2e/b',
      'a b',
      'x'.repeat(256),
    ];
    it.each(names)('%j is 400 NAME_INVALID at every endpoint', async (text) => {
      const name = text.replaceAll(' ', '%20');
      for (const [method, rest] of [
        ['GET', 'tags/list'],
        ['GET', 'manifests/x'],
        ['PUT', 'manifests/x'],
        ['DELETE', 'manifests/x'],
        ['GET', `blobs/${blob.digest}`],
        ['DELETE', `blobs/${blob.digest}`],
        ['POST', 'blobs/uploads/'],
        ['GET', `referrers/${blob.digest}`],
      ]) {
        expectError(await send(String(method), `/v2/${name}/${String(rest)}`), 400, 'NAME_INVALID');
      }
    });
  });

  it.each(['-a', '.a', 'a b', 'a%00', 'a$', 'ä', 'x'.repeat(129), '%2e%2e%2fx'])(
    'the tag %j is 400 TAG_INVALID',
    async (tag) => {
      const path = `/v2/good/manifests/${encodeURIComponent(decodeURIComponent(tag))}`;
      expectError(await send('GET', path), 400, 'TAG_INVALID');
      expectError(await putManifest(registry().request, path, image.mediaType, image.manifest), 400, 'TAG_INVALID');
      expectError(await send('DELETE', path), 400, 'TAG_INVALID');
    },
  );

  const digests = [
    'sha256:',
    'sha256:xyz',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'0'.repeat(63)}`,
    `md5:${'0'.repeat(32)}`,
    ':',
    'a:b:c',
  ];
  it.each(digests)('the digest %s is 400 DIGEST_INVALID', async (digest) => {
    for (const kind of ['blobs', 'manifests', 'referrers']) {
      expectError(await send('GET', `/v2/good/${kind}/${digest}`), 400, 'DIGEST_INVALID');
    }
    expectError(await send('DELETE', `/v2/good/blobs/${digest}`), 400, 'DIGEST_INVALID');
    expectError(await send('POST', `/v2/good/blobs/uploads/?digest=${digest}`), 400, 'DIGEST_INVALID');
    expectError(await send('POST', `/v2/good/blobs/uploads/?mount=${digest}`), 400, 'DIGEST_INVALID');
  });

  describe('path traversal', () => {
    const dots = ['..', '%2e%2e', '..%2f..', '%2e%2e%2fberth.db', '..%5c..', '....//', '%00', '..;'];
    const paths = dots.flatMap((part) => [
      `/v2/${part}/tags/list`,
      `/v2/good/${part}/manifests/x`,
      `/v2/good/manifests/${part}`,
      `/v2/good/blobs/${part}`,
      `/v2/good/blobs/sha256:${part}`,
      `/v2/good/blobs/uploads/${part}`,
      `/v2/good/referrers/${part}`,
      `/v2/${part}`,
      `/${part}/etc/passwd`,
    ]);
    it.each(paths)('%s is refused in the form of the spec', async (path) => {
      const answer = await rawExchange(registry().url, headOf('GET', path, { connection: 'close' }));
      expect([400, 404]).toContain(statusIn(answer));
      expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toMatch(/^\{"errors":\[\{"code":"[A-Z_]+","message":"[^"]+/);
    });
  });

  it('a repository named a/blobs/uploads/b works at every endpoint', async () => {
    const name = 'a/blobs/uploads/b';
    const { request } = registry();
    await pushManifest(request, name, image, { tag: 'x' });
    const location = await startUpload(request, name);
    expect(location).toContain(`/v2/${name}/blobs/uploads/`);
    const extra = aBlob(bytesOf('extra'));
    expect((await patchChunk(request, location, 0, extra.bytes)).status).toBe(202);
    expect((await send('GET', location)).status).toBe(204);
    expect((await closeUpload(request, location, extra.digest)).status).toBe(201);
    expect((await send('DELETE', await startUpload(request, name))).status).toBe(204);
    expect((await send('POST', `/v2/${name}/blobs/uploads/?mount=${blob.digest}&from=good`)).status).toBe(201);
    expect((await send('GET', `/v2/${name}/blobs/${extra.digest}`)).body.equals(extra.bytes)).toBe(true);
    expect((await send('HEAD', `/v2/${name}/blobs/${extra.digest}`)).status).toBe(200);
    expect((await send('DELETE', `/v2/${name}/blobs/${extra.digest}`)).status).toBe(202);
    expect(jsonOf(await send('GET', `/v2/${name}/tags/list`))).toEqual({ name, tags: ['x'] });
    expect((await send('GET', `/v2/${name}/referrers/${image.digest}`)).status).toBe(200);
    expect((await send('HEAD', `/v2/${name}/manifests/x`)).status).toBe(200);
    expect((await send('DELETE', `/v2/${name}/manifests/${image.digest}`)).status).toBe(202);
    expect((await send('GET', `/v2/${name}/_oci/ext/discover`)).status).toBe(200);
  });

  it.each([
    ['no JSON', 'no JSON'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a string', '"x"'],
    ['deeply nested', '['.repeat(100_000)],
    ['of a config that is no descriptor', '{"schemaVersion":2,"config":1,"layers":[]}'],
    ['of a layer without digest', '{"schemaVersion":2,"config":null,"layers":[{"mediaType":"a/b","size":1}]}'],
    ['of both kinds', '{"schemaVersion":2,"config":{},"layers":[],"manifests":[]}'],
    ['of no schema version', '{"config":{},"layers":[]}'],
  ])('a manifest that is %s is 400 MANIFEST_INVALID', async (_, text) => {
    const response = await putManifest(
      registry().request,
      '/v2/good/manifests/bad',
      MEDIA_TYPES.ociManifest,
      Buffer.from(text),
    );
    expectError(response, 400, 'MANIFEST_INVALID');
    expect((await send('HEAD', '/v2/good/manifests/bad')).status).toBe(404);
  });

  it('a manifest with a key __proto__ changes nothing but itself', async () => {
    const document = Buffer.from('{"schemaVersion":2,"manifests":[],"__proto__":{"polluted":true}}');
    const response = await putManifest(registry().request, '/v2/good/manifests/proto', MEDIA_TYPES.ociIndex, document);
    expect(response.status).toBe(201);
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    ['one byte over the limit', MANIFEST_MAX_BYTES + 1],
    ['far over the limit', 3 * MANIFEST_MAX_BYTES],
  ])('a manifest %s is 413', async (_, length) => {
    const headers = { 'content-type': MEDIA_TYPES.ociManifest };
    const response = await registry().request('PUT', '/v2/good/manifests/large', {
      headers,
      body: Buffer.alloc(length, ' '),
    });
    expectError(response, 413, 'SIZE_INVALID');
  });

  it('a manifest of just the limit is taken', async () => {
    const body = Buffer.from('{"schemaVersion":2,"manifests":[]}'.padEnd(MANIFEST_MAX_BYTES));
    expect((await putManifest(registry().request, '/v2/good/manifests/limit', MEDIA_TYPES.ociIndex, body)).status).toBe(
      201,
    );
  });

  it.each([
    ['text/plain', 415],
    ['application/json', 415],
    ['application/octet-stream', 415],
    ['not a type', 415],
    [MEDIA_TYPES.ociIndex, 400],
  ])('a manifest pushed as %s, which it is not, is %i', async (type, status) => {
    const response = await putManifest(registry().request, '/v2/good/manifests/odd', type, image.manifest);
    expectError(response, status, 'MANIFEST_INVALID');
  });

  it.each([46, 10_000])(
    '%i tags in one query are all set or refused with 414, and the server goes on',
    async (count) => {
      const query = Array.from({ length: count }, (_, at) => `tag=t${String(at)}`).join('&');
      const path = `/v2/good/manifests/${image.digest}?${query}`;
      const response = await putManifest(registry().request, path, image.mediaType, image.manifest);
      const isSmall = count <= 100;
      expect([...(isSmall ? [201] : [414, 431])]).toContain(response.status);
      expect(headerOf(response, 'oci-tag')?.split(', ').length).toBe(isSmall ? count : undefined);
      expect((await send('HEAD', `/v2/good/manifests/t${String(count - 1)}`)).status).toBe(isSmall ? 200 : 404);
    },
  );

  it('101 tags in one query are 414 TAG_INVALID', async () => {
    const query = Array.from({ length: 101 }, (_, at) => `tag=u${String(at)}`).join('&');
    const path = `/v2/good/manifests/${image.digest}?${query}`;
    expectError(await putManifest(registry().request, path, image.mediaType, image.manifest), 414, 'TAG_INVALID');
  });

  it('an upload nobody knows is 404 at every method', async () => {
    const path = '/v2/good/blobs/uploads/00000000-0000-4000-8000-000000000000';
    for (const method of ['GET', 'PATCH', 'DELETE']) expectError(await send(method, path), 404, 'BLOB_UPLOAD_UNKNOWN');
    expectError(await send('PUT', `${path}?digest=${ABSENT.sha256}`), 404, 'BLOB_UPLOAD_UNKNOWN');
  });

  it('a method that no endpoint has is refused in the form of the spec', async () => {
    const response = await send('PATCH', '/v2/good/manifests/x');
    expect([404, 405]).toContain(response.status);
    expect(jsonOf(response)).toHaveProperty('errors');
  });

  it('the server still serves what was good', async () => {
    expect((await send('GET', '/v2/good/manifests/x')).body.equals(image.manifest)).toBe(true);
    expect((await send('GET', `/v2/good/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true);
    expect(registry().logLines.all.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

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
    const isOpen = async () => (await registry().request('GET', location)).status === 204;
    await until('the upload is closed', async () => !(await isOpen()));
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
