import { createServer, request as requestHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, createTestRegistry, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigReload } from '../../src/config-reload.js';
import { Certificates } from '../certificates/certificates.js';
import { describeWith } from '../requirements/requires.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror, mirrorWith } = useSync();
const image = anImage().build();
const PATH = 'team/app/manifests/v1';

describe('an upstream behind a proxy that the environment names', () => {
  let from: FakeUpstream;
  let proxy: Server;
  let forwarded: (string | undefined)[];

  beforeEach(async () => {
    from = await upstream();
    from.has('team/app', image, 'v1');
    forwarded = [];
    proxy = createServer((request, response) => {
      forwarded.push(request.url);
      const { method, headers, url = '' } = request;
      requestHttp(url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      }).end();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    for (const name of ['http_proxy', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, undefined);
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    proxy.closeAllConnections();
    proxy.close();
    await once(proxy, 'close');
  });

  it('is asked through it', async () => {
    expect((await pull(await mirror([from]), PATH)).status).toBe(200);
    expect(forwarded).toEqual([`${from.url}/v2/${PATH}`]);
  });

  it('is asked past it where the environment excepts its host', async () => {
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect((await pull(await mirror([from]), PATH)).status).toBe(200);
    expect(forwarded).toEqual([]);
  });
});

describeWith({ programs: ['openssl'] }, 'an upstream with TLS', () => {
  let certificates: Certificates;
  let folder: string;
  let from: TestRegistry;

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    await certificates.makeServer('server', 'authority');
    folder = await mkdtemp(join(tmpdir(), 'berth-sync-'));
    await copyFile(certificates.pem('authority'), join(folder, 'authority.crt'));
    const tls = { cert: certificates.pem('server'), key: certificates.key('server') };
    // The upstream is a second Berth.
    from = await createTestRegistry({ configure: ({ http }) => (http.tls = tls) });
  });

  afterAll(async () => {
    await from.close();
    await certificates.remove();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['is believed by an authority of its folder', () => ({ certDir: folder }), 404],
    ['is believed whoever it is where that is configured', () => ({ tlsVerify: false }), 404],
    ['is not believed by an authority that nobody knows', () => ({}), 502],
  ])('%s', async (_, keys, expected) => {
    const registry = await mirrorWith({ registries: [{ urls: [from.url], onDemand: true, ...keys() }] });
    expect((await pull(registry, PATH)).status).toBe(expected);
  });

  it('keeps the server from starting where the folder is not there', async () => {
    const registries = [{ urls: [from.url], onDemand: true, certDir: '/nowhere/certs' }];
    await expect(mirrorWith({ registries })).rejects.toThrow(/nowhere/);
  });
});

describe('a section that is read again', () => {
  it('has its new upstreams asked, and the old ones no more', async () => {
    const [before, after] = [await upstream(), await upstream()];
    for (const one of [before, after]) one.has('team/app', image, 'v1');
    const registry = await mirror([before]);
    const folder = await mkdtemp(join(tmpdir(), 'berth-sync-'));
    const path = join(folder, 'config.json');
    const sync = { registries: [{ urls: [after.url], onDemand: true }] };
    await writeFile(path, JSON.stringify({ extensions: { sync } }));
    const { application, foundations } = registry;

    expect(await new ConfigReload(application, foundations.config, path).reload()).toBe('applied');
    expect((await pull(registry, PATH)).status).toBe(200);
    expect([before.requests.length, after.requests.length]).toEqual([0, 1]);
    await rm(folder, { recursive: true });
  });
});
