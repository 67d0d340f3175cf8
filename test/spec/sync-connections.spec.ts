import { createServer, request as requestHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { anImage, type FakeUpstream } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

describe('an upstream with a folder of certificates', () => {
  it('keeps the server from starting where that is not there', async () => {
    const registries = [{ urls: ['https://127.0.0.1:9'], onDemand: true, certDir: '/nowhere/certs' }];
    await expect(mirrorWith({ registries })).rejects.toThrow(/nowhere/);
  });
});
