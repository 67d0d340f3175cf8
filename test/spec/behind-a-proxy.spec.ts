import {
  definePlugin,
  parseRepositoryName,
  type RepositoryRequest,
  type RepositoryResolver,
  type ResolvedRepository,
} from '@berth/sdk';
import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../e2e/poll-until.js';
import { requestHead } from '../e2e/raw-connection.js';
import { jsonOf } from './exchange.js';
import { WHERE_PATH, where } from './where-plugin.js';

describe('where a request says that the server is', () => {
  let registry: TestRegistry;
  afterEach(() => registry.close());

  /** Where the server says it is, and who asks, for a request with these headers. */
  async function told(
    http: { externalUrl?: string; trustedProxies?: string[] },
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    registry = await createTestRegistry({
      plugins: [{ plugin: where }],
      configure: (config) => Object.assign(config.http, http),
    });
    return jsonOf(await registry.request('GET', WHERE_PATH, { headers }));
  }

  const trusting = { trustedProxies: ['loopback'] };

  it('is its Host, where nothing is configured', async () => {
    expect(await told({}, { host: 'registry.test:8080' })).toEqual({
      url: 'http://registry.test:8080',
      address: '127.0.0.1',
    });
  });

  it('is the configured address, whatever the request says, without a slash at the end', async () => {
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test' };
    const http = { ...trusting, externalUrl: 'https://Registry.test:8443/oci/' };
    expect(await told(http, headers)).toMatchObject({ url: 'https://registry.test:8443/oci' });
  });

  it('is not what a header of somebody untrusted says, nor is its sender', async () => {
    const headers = {
      host: 'registry.test',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-port': '666',
    };
    const http = { trustedProxies: ['10.0.0.0/8', '127.0.0.2'] };
    expect(await told(http, headers)).toEqual({ url: 'http://registry.test', address: '127.0.0.1' });
  });

  const CASES: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['the scheme', { 'x-forwarded-proto': 'https' }, 'https://here.test'],
    ['the scheme in capitals', { 'x-forwarded-proto': 'HTTPS' }, 'https://here.test'],
    ['the last of several schemes', { 'x-forwarded-proto': 'http, https' }, 'https://here.test'],
    ['the host', { 'x-forwarded-host': 'out.test' }, 'http://out.test'],
    ['the host with its port', { 'x-forwarded-host': 'out.test:8443' }, 'http://out.test:8443'],
    ['the port', { 'x-forwarded-port': '8443' }, 'http://here.test:8443'],
    [
      'the port beside the host',
      { 'x-forwarded-host': 'out.test', 'x-forwarded-port': '8443' },
      'http://out.test:8443',
    ],
    [
      'the port of the host before that',
      { 'x-forwarded-host': 'a.test:1', 'x-forwarded-port': '2' },
      'http://a.test:1',
    ],
    [
      'no port that goes without saying',
      { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
      'https://here.test',
    ],
    ['an IPv6 host', { 'x-forwarded-host': '[2001:db8::1]:5000' }, 'http://[2001:db8::1]:5000'],
    ['no scheme that is none', { 'x-forwarded-proto': 'javascript' }, 'http://here.test'],
    ['no empty scheme', { 'x-forwarded-proto': ',' }, 'http://here.test'],
    ['no port that is none', { 'x-forwarded-port': '0' }, 'http://here.test'],
    ['no port with a sign', { 'x-forwarded-port': '+80x' }, 'http://here.test'],
    ['no port of six digits', { 'x-forwarded-host': 'out.test:123456' }, 'http://here.test'],
    ['no port out of range', { 'x-forwarded-host': 'out.test:65536' }, 'http://here.test'],
    ['no host with a quote', { 'x-forwarded-host': 'out.test",realm="evil' }, 'http://here.test'],
    ['no host with a path', { 'x-forwarded-host': 'out.test/evil' }, 'http://here.test'],
    ['no host with a user', { 'x-forwarded-host': 'out@evil.test' }, 'http://here.test'],
    ['no host that is too long', { 'x-forwarded-host': 'x'.repeat(300) }, 'http://here.test'],
  ];
  it.each(CASES)('takes from a trusted proxy %s', async (_, headers, url) => {
    expect(await told(trusting, { host: 'here.test', ...headers })).toMatchObject({ url });
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, 127.0.0.5', '203.0.113.9'],
    ['203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8::9]:51234', '2001:db8::9'],
    ['203.0.113.9, 127.0.0.5:4711', '203.0.113.9'],
    ['unknown', '127.0.0.1'],
    ['203.0.113.9, unknown', '127.0.0.1'],
    ['_hidden, 127.0.0.5', '127.0.0.5'],
    ['"><script>, 1.2.3', '127.0.0.1'],
    [',,, ,', '127.0.0.1'],
    ['9'.repeat(30_000), '127.0.0.1'],
  ])('takes from a trusted proxy who asks: %.40s', async (forwarded, address) => {
    expect(await told(trusting, { 'x-forwarded-for': forwarded })).toMatchObject({ address });
  });

  it('is where it listens where there is no Host, or none that is one', async () => {
    await told({});
    const { hostname, port } = new URL(registry.url);
    for (const head of [`GET ${WHERE_PATH} HTTP/1.0`, `GET ${WHERE_PATH} HTTP/1.1\r\nHost: a"b\r\nConnection: close`]) {
      const socket = connect(Number(port), hostname);
      socket.end(`${head}\r\n\r\n`);
      expect(await text(socket)).toContain(`"url":"${registry.url}"`);
    }
  });

  it('writes the address of the client to log and audit', async () => {
    await told(trusting);
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    await registry.request('POST', '/v2/a/blobs/uploads/', { headers });
    const line: unknown = expect.objectContaining({ method: 'POST', address: '203.0.113.9' });
    expect(registry.logLines.all).toContainEqual(line);
    expect(registry.auditLines.all).toContainEqual(line);
  });

  it.each([{}, { 'x-forwarded-for': '203.0.113.9' }])(
    'writes it also where the connection went before the body had come: %j',
    async (headers: Readonly<Record<string, string>>) => {
      await told(trusting);
      const { hostname, port } = new URL(registry.url);
      const socket = connect(Number(port), hostname);
      // What the server has not read when it closes resets the connection.
      socket.on('error', () => undefined).resume();
      const length = 50_000_000;
      socket.write(requestHead('PUT', '/v2/a/manifests/1', { ...headers, 'content-length': String(length) }));
      socket.write(Buffer.alloc(length));
      const line = await pollUntil('the line of the log', 5000, () =>
        registry.logLines.all.find(({ method }) => method === 'PUT'),
      );
      expect(line).toMatchObject({ status: 413, address: headers['x-forwarded-for'] ?? '127.0.0.1' });
    },
  );
});

/** Knows repositories by the host that was asked. */
class HostResolver implements RepositoryResolver {
  resolve({ name, host }: RepositoryRequest): ResolvedRepository | undefined {
    const repository = parseRepositoryName(`${String(host)}/${name}`);
    return repository && { repository };
  }
}

describe('the host by which a resolver knows a repository', () => {
  const mirror = definePlugin({ name: 'mirror', repositoryResolver: HostResolver });
  const headers = { host: 'here.test:80', 'x-forwarded-host': 'quay.mirror.test:8443' };

  it.each([
    ['the one that a trusted proxy was asked for', ['loopback'], 'quay.mirror.test'],
    ['the Host, where nobody is trusted', [], 'here.test'],
  ])('is %s', async (_, trustedProxies, host) => {
    const registry = await createTestRegistry({
      plugins: [{ plugin: mirror }],
      configure: ({ http }) => Object.assign(http, { trustedProxies }),
    });
    const answer = await registry.request('POST', '/v2/a/blobs/uploads/', { headers });
    await registry.close();
    expect(answer.headers['location']).toMatch(new RegExp(`^/v2/${host}/a/blobs/`));
  });
});
