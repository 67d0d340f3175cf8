import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Certificates } from '../certificates/certificates.js';
import { Nginx } from '../e2e/nginx.js';
import { describeWith } from '../requirements/requires.js';
import { clientOptions, get } from './tls-client.js';
import { WHERE_PATH, where } from './where-plugin.js';

describeWith({ programs: ['nginx', 'openssl'] }, 'where a server behind nginx says that it is', () => {
  let certificates: Certificates;
  let registry: TestRegistry;
  let nginx: Nginx;

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    await certificates.makeServer('nginx', 'authority');
  });
  afterEach(async () => {
    await nginx.stop();
    await registry.close();
  });
  afterAll(() => certificates.remove());

  /** What it says, and where nginx is, to a client that asks nginx with these headers. */
  async function told(http: object, directives: readonly string[], headers = {}): Promise<readonly [unknown, string]> {
    registry = await createTestRegistry({
      plugins: [{ plugin: where }],
      configure: (config) => Object.assign(config.http, http),
    });
    const [certificate, key] = [certificates.pem('nginx'), certificates.key('nginx')];
    nginx = await Nginx.start({ upstream: registry.url, certificate, key, directives });
    const url = `https://${nginx.host}`;
    const answer = await get({ url }, clientOptions(certificates), undefined, headers, WHERE_PATH);
    return [JSON.parse(answer.body), url];
  }

  const trusting = { trustedProxies: [Nginx.address] };
  const proto = 'proxy_set_header X-Forwarded-Proto $scheme;';

  it.each([
    ['the Host of the client', ['proxy_set_header Host $http_host;']],
    [
      'the host and the port apart',
      ['proxy_set_header Host $host;', 'proxy_set_header X-Forwarded-Port $server_port;'],
    ],
    ['the host beside its own', ['proxy_set_header X-Forwarded-Host $http_host;']],
    [
      'host and port beside its own',
      ['proxy_set_header X-Forwarded-Host $host;', 'proxy_set_header X-Forwarded-Port $server_port;'],
    ],
  ])('is where nginx is, port and all, where nginx passes on %s', async (_, directives) => {
    const [said, url] = await told(trusting, [proto, ...directives]);
    expect(said).toMatchObject({ url });
  });

  it('is the configured address where nginx passes on nothing', async () => {
    const externalUrl = 'https://registry.test:4443';
    expect((await told({ externalUrl }, []))[0]).toMatchObject({ url: externalUrl });
  });

  it('is not what the client tells nginx, where nginx says otherwise', async () => {
    const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.9' };
    const directives = [
      proto,
      'proxy_set_header Host $http_host;',
      'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    ];
    const [said, url] = await told(trusting, directives, headers);
    expect(said).toEqual({ url, address: '127.0.0.1' });
  });

  it('is its Host without TLS, where nginx is not trusted', async () => {
    const [said] = await told({ trustedProxies: ['10.0.0.1'] }, [proto, 'proxy_set_header Host $http_host;']);
    expect(said).toEqual({ url: `http://${nginx.host}`, address: Nginx.address });
  });
});
