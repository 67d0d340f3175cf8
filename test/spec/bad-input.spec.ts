import { aBlob, anImage, pushManifest } from '@berth/testkit';
import { MANIFEST_MAX_BYTES, MEDIA_TYPES } from '@berth/sdk';
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
import { headOf, rawExchange, statusIn } from './raw-exchange.js';
import { senderTo, useRegistry } from './use-registry.js';

describe('bad input', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const blob = aBlob(bytesOf('good', 100));
  const send = senderTo(registry);

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
