import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aBlob, digestBytes } from '../kit/builders/built-manifest.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { pushBlob, uploadLocation, withQuery } from '../kit/push.js';
import { RawConnection, parseResponse, requestHead } from './raw-connection.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const CLOSE = { connection: 'close' };

/** The codes in a body of the spec's error shape. spec.md#error-codes */
function errorCodes(body: string): readonly unknown[] {
  const document: unknown = JSON.parse(body);
  expect(document).toHaveProperty('errors');
  if (typeof document !== 'object' || document === null || !('errors' in document)) return [];
  return Array.isArray(document.errors) ? document.errors.map((error: { code?: unknown }) => error.code) : [];
}

function expectSpecError(body: string): void {
  expect(errorCodes(body)).toEqual([expect.stringMatching(/^[A-Z_]+$/)]);
}

describe('a server that is sent what no client should send', () => {
  const servers = useServers();
  let server: ServerProcess;

  beforeAll(async () => {
    server = await servers.start();
  });

  afterEach(async () => {
    expect((await server.request('GET', '/v2/')).status, 'it serves the next client').toBe(200);
  });

  /** Sends `bytes` on a connection of its own and gives the response once the server has closed it. */
  async function answerTo(bytes: string): Promise<{ readonly status: number; readonly body: string }> {
    const connection = await RawConnection.open(server.url);
    await connection.write(bytes);
    return parseResponse(await connection.closed);
  }

  it('takes a header of 20 KB', async () => {
    const headers = { ...CLOSE, authorization: `Bearer ${'x'.repeat(20_000)}` };
    expect((await answerTo(requestHead('GET', '/v2/', headers))).status).toBe(200);
  });

  it('refuses a header of 100 KB with 431', async () => {
    const { status, body } = await answerTo(requestHead('GET', '/v2/', { 'x-long': 'x'.repeat(100_000) }));
    expect(status).toBe(431);
    expectSpecError(body);
  });

  it.each([
    ['that is not HTTP', 'hello registry\r\n\r\n'],
    ['of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['with a header without a colon', 'GET /v2/ HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n'],
    [
      'with two lengths',
      'POST /v2/a/blobs/uploads/ HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    ],
    [
      'with a length and chunks',
      'POST /v2/a/blobs/uploads/ HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('refuses bytes %s with 400', async (_, bytes) => {
    const { status, body } = await answerTo(bytes);
    expect(status).toBe(400);
    expectSpecError(body);
  });

  it.each([
    '/v2/../../etc/passwd',
    '/v2/%2e%2e/%2e%2e/etc/passwd',
    '/v2/%2e%2e%2f%2e%2e%2fetc%2fpasswd/manifests/latest',
    '/v2/a/manifests/..%2f..%2f..%2fetc%2fpasswd',
    '/v2/a/blobs/sha256:..%2f..%2f..%2fetc%2fpasswd',
    '/v2/a/blobs/uploads/..%2f..%2fberth.db',
    '/v2/a/blobs/uploads/%2e%2e',
    '/v2/a/tags/..%2flist',
    '/v2/a/referrers/..%2f..%2fetc%2fpasswd',
    '/v2//manifests/latest',
    '/v2/a//b/manifests/latest',
    '//v2/a/manifests/latest',
    '/v2/a/manifests/%00',
    '/v2/%ff/manifests/latest',
    '/v2/a/manifests/%',
    '//etc/passwd',
  ])('gives nothing for the path %s', async (path) => {
    const { status, body } = await answerTo(requestHead('GET', path, CLOSE));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toContain('root:');
    expectSpecError(body);
  });

  it('takes a manifest for no path that leads out of its repository', async () => {
    const manifest = Buffer.from('{"schemaVersion":2}');
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    for (const name of ['..', '%2e%2e', 'a/..', 'a%2f..', '.', 'a/./b', 'a//b']) {
      const put = await server.request('PUT', `/v2/${name}/manifests/latest`, { headers, body: manifest });
      expect([400, 404], name).toContain(put.status);
    }
  });

  it('refuses a body that is longer than its blob and keeps nothing of it', async () => {
    const bytes = Buffer.from('the blob');
    const digest = digestBytes(bytes);
    const opened = await server.request('POST', '/v2/too/long/blobs/uploads/');
    const path = `${withQuery(uploadLocation(opened))}digest=${digest}`;
    const headers = { 'content-type': 'application/octet-stream' };
    const put = await server.request('PUT', path, { headers, body: Buffer.concat([bytes, bytes]) });
    expect([put.status, errorCodes(put.body.toString())]).toEqual([400, ['DIGEST_INVALID']]);
    expect((await server.request('HEAD', `/v2/too/long/blobs/${digest}`)).status).toBe(404);
  });

  it('never takes more of a body for the blob than its Content-Length', async () => {
    const bytes = 'the blob';
    const digest = digestBytes(Buffer.from(bytes));
    const target = `/v2/exactly/so/blobs/uploads/?digest=${digest}`;
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) };
    // What is too much is the next request on this connection, and no good one; it may end the connection before the
    // first is answered.
    const { status } = await answerTo(`${requestHead('POST', target, headers)}${bytes} and what is too much\r\n\r\n`);
    expect([201, 400]).toContain(status);
    const blob = await server.request('GET', `/v2/exactly/so/blobs/${digest}`);
    expect(blob.status === 404 || blob.body.toString() === bytes, blob.body.toString()).toBe(true);
  });

  it('gives one blob to 50 clients at once', async () => {
    const blob = aBlob(new SeededRandom(testSeed()).bytes(1_000_000));
    await pushBlob(server.request, 'popular/blob', blob);
    const pulls = Array.from({ length: 50 }, () => server.request('GET', `/v2/popular/blob/blobs/${blob.digest}`));
    for (const { status, body } of await Promise.all(pulls)) {
      expect([status, body.equals(blob.bytes)]).toEqual([200, true]);
    }
  });

  it('serves the others while clients that pull go away in the middle', async () => {
    const blob = aBlob(new SeededRandom(testSeed()).bytes(8_000_000));
    await pushBlob(server.request, 'abandoned/blob', blob);
    const target = `/v2/abandoned/blob/blobs/${blob.digest}`;
    const quitters = Array.from({ length: 20 }, async () => {
      const connection = await RawConnection.open(server.url);
      await connection.write(requestHead('GET', target));
      connection.destroy();
    });
    const [whole] = await Promise.all([server.request('GET', target), ...quitters]);
    expect([whole.status, whole.body.equals(blob.bytes)]).toEqual([200, true]);
  });
});
