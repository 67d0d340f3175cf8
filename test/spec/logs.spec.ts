import { anImage, pushManifest } from '@berth/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { aNumber, aString, headerOf, startUpload } from './exchange.js';
import { headOf, rawSocket } from './raw-exchange.js';
import { useRegistry } from './use-registry.js';
import { until } from './until.js';

describe('logs', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const requests = () => registry().logLines.all.filter(({ msg }) => msg === 'request');
  const logged = async (count: number) => {
    await until(`${String(count)} requests logged`, () => requests().length >= count);
    return requests();
  };

  beforeEach(async () => {
    await pushManifest(registry().request, 'a/b', image, { tag: 'x' });
    await logged(5);
    registry().logLines.clear();
    registry().auditLines.clear();
  });

  it('have a line for a request whose client went away, with a status of its own, and audit no write for it', async () => {
    const location = await startUpload(registry().request, 'a');
    await logged(1);
    registry().logLines.clear();
    registry().auditLines.clear();
    const socket = await rawSocket(registry().url);
    socket.write(`${headOf('PATCH', location, { 'content-length': '1000' })}half`);
    await until(
      'the server has the request',
      async () => headerOf(await registry().request('GET', location), 'range') === '0-3',
    );
    socket.destroy();
    await until('the request is logged', () =>
      requests().some(({ method, status }) => method === 'PATCH' && status === 499),
    );
    expect(registry().auditLines.all.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  it('have one line for each request, with repository, reference, digest, bytes and duration', async () => {
    await registry().request('GET', '/v2/a/b/manifests/x', { headers: { 'user-agent': 'test/1' } });
    const [line, ...more] = await logged(1);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      method: 'GET',
      path: '/v2/a/b/manifests/x',
      status: 200,
      repository: 'a/b',
      reference: 'x',
      digest: image.digest,
      bytes: image.manifest.byteLength,
      duration: aNumber,
      requestId: aString,
      address: '127.0.0.1',
      userAgent: 'test/1',
    });
  });

  it('give each request an id of its own', async () => {
    await registry().request('GET', '/v2/');
    await registry().request('GET', '/v2/');
    expect(new Set((await logged(2)).map(({ requestId }) => requestId)).size).toBe(2);
  });

  it('count the bytes of a blob that is sent and of one that is received', async () => {
    const [config] = image.blobs;
    await registry().request('GET', `/v2/a/b/blobs/${String(config?.digest)}`);
    await registry().request('POST', `/v2/a/b/blobs/uploads/?digest=${String(config?.digest)}`, {
      ...(config && { body: config.bytes }),
    });
    const size = config?.bytes.byteLength;
    expect((await logged(2)).map(({ bytes, digest }) => [bytes, digest])).toEqual([
      [size, config?.digest],
      [size, config?.digest],
    ]);
  });

  it('tell requests that are refused or fail to parse, too', async () => {
    await registry().request('GET', '/v2/A/manifests/x');
    await registry().request('GET', '/v2/a/b/manifests/none');
    expect((await logged(2)).map(({ status }) => status)).toEqual([400, 404]);
  });

  it('have neither queries nor headers nor bodies in any line', async () => {
    const headers = { authorization: 'Bearer SECRET-1', cookie: 'SECRET-2', 'x-token': 'SECRET-3' };
    await registry().request('GET', '/v2/a/b/tags/list?token=SECRET-4', { headers });
    await registry().request('PUT', '/v2/a/b/manifests/y?access=SECRET-5', { headers, body: Buffer.from('SECRET-6') });
    await registry().request('GET', '/v2/a%zz/tags/list?token=SECRET-7', { headers });
    await logged(2);
    expect(JSON.stringify([registry().logLines.all, registry().auditLines.all])).not.toContain('SECRET');
  });
});

describe('the audit log', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const lines = () => registry().auditLines.all.map(({ msg, method, path, status }) => [msg, method, path, status]);

  it('gets every successful write, with what was written', async () => {
    await pushManifest(registry().request, 'a', image, { tag: 'x' });
    await registry().request('DELETE', '/v2/a/manifests/x');
    await until('the delete is audited', () => lines().length === 6);
    expect(lines().slice(4)).toEqual([
      ['write', 'PUT', '/v2/a/manifests/x', 201],
      ['write', 'DELETE', '/v2/a/manifests/x', 202],
    ]);
    expect(registry().auditLines.all[4]).toMatchObject({
      repository: 'a',
      reference: 'x',
      digest: image.digest,
      address: '127.0.0.1',
      requestId: aString,
    });
  });

  it('gets refusals, but neither reads nor what the client got wrong', async () => {
    await pushManifest(registry().request, 'b', image);
    await until('the push is audited', () => lines().some(([, , path]) => path === `/v2/b/manifests/${image.digest}`));
    registry().auditLines.clear();
    const [config] = image.blobs;
    await registry().request('GET', `/v2/b/manifests/${image.digest}`);
    await registry().request('PUT', '/v2/b/manifests/x', { body: Buffer.from('no JSON') });
    const path = `/v2/b/blobs/${String(config?.digest)}`;
    await registry().request('DELETE', path);
    await until('the refusal is audited', () => lines().length > 0);
    expect(lines()).toEqual([['refusal', 'DELETE', path, 405]]);
  });
});
