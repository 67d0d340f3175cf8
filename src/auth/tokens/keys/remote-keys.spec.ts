import { FakeClock } from '@berth/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineSink } from '../../../../test/kit/line-sink.js';
import { KeyServer } from '../../../../test/tokens/key-server.js';
import { until } from '../../../../test/spec/until.js';
import { aKey, jwksOf } from '../../../../test/tokens/sample-keys.js';
import { RegistryLogger } from '../../../logging/registry-logger.js';
import { fetchDocument } from './fetch-document.js';
import { RemoteKeys } from './remote-keys.js';

const [first, second] = [aKey('ES256', 'first'), aKey('ES256', 'second')];

let server: KeyServer;
let clock: FakeClock;
let changes: number;
let keys: RemoteKeys;
let lines: LineSink;

beforeEach(async () => {
  server = await KeyServer.start();
  server.answers.set('/keys', { json: jwksOf(first) });
  clock = new FakeClock();
  changes = 0;
  lines = new LineSink();
  keys = new RemoteKeys({
    name: 'somebody',
    load: (signal) => fetchDocument(`${server.url}/keys`, { signal }),
    clock,
    logger: new RegistryLogger(lines.output, 'info'),
    onChange: () => changes++,
    timeout: 200,
  });
});

afterEach(async () => {
  keys.close();
  await server[Symbol.asyncDispose]();
});

const find = async (kid: string): Promise<string> => (await keys.find({ alg: 'ES256', kid })).outcome;

describe('keys at a URL', () => {
  it('are fetched when the first is needed, once for all who need one', async () => {
    expect(server.asked).toEqual([]);
    expect(await Promise.all([find('first'), find('first'), find('first')])).toEqual(['found', 'found', 'found']);
    expect(await find('first')).toBe('found');
    expect(server.asked).toEqual(['/keys']);
  });

  it('are fetched again for a key that is new, at most every 30 s', async () => {
    await find('first');
    server.answers.set('/keys', { json: jwksOf(second) });

    expect([await find('second'), await find('invented'), await find('other')]).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    clock.advance(29_999);
    expect(await find('second')).toBe('unknown');
    expect(server.asked).toHaveLength(1);
    clock.advance(1);
    expect(await find('second')).toBe('found');
    expect(await find('first')).toBe('unknown');
    expect([server.asked.length, changes]).toEqual([2, 1]);
  });

  it('are renewed after five minutes without anybody waiting, so that a withdrawn key goes', async () => {
    await find('first');
    server.answers.set('/keys', { json: jwksOf(second) });
    clock.advance(300_000);

    expect(await find('first')).toBe('found');
    // Who asks for a key that is not there waits for the renewal that runs.
    expect([await find('second'), await find('first')]).toEqual(['found', 'unknown']);
    expect(changes).toBe(1);
  });

  it('that hang hold up only who needs a new one, for a bounded time', async () => {
    await find('first');
    server.answers.set('/keys', 'hang');
    clock.advance(30_000);
    const started = performance.now();
    const waiting = find('second');

    expect(await find('first')).toBe('found');
    expect(performance.now() - started).toBeLessThan(150);
    expect(await waiting).toBe('unavailable');
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await find('second')).toBe('unavailable');
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['hang', 'hang'],
    ['stall after their beginning', 'stall'],
    ['are an error', { status: 500 }],
    ['are a redirect', { status: 302 }],
    ['are no JSON', { text: '<html>' }],
    ['are no JWKS', { json: [] }],
    ['are endless', { text: `"${'x'.repeat(1024 * 1024)}"` }],
  ] as const)('that %s at first are tried again after 5 s', async (_, answer) => {
    server.answers.set('/keys', answer);
    expect([await find('first'), await find('first')]).toEqual(['unavailable', 'unavailable']);
    expect(server.asked).toEqual(['/keys']);

    server.answers.set('/keys', { json: jwksOf(first) });
    clock.advance(5000);
    expect(await find('first')).toBe('found');
    expect(lines.all.map(({ msg }) => msg)).toEqual(['cannot fetch the keys of tokens', 'fetched the keys of tokens']);
  });

  it('are kept where they cannot be renewed', async () => {
    await find('first');
    server.answers.set('/keys', { status: 500 });
    clock.advance(300_000);
    await find('first');
    expect([await find('second'), await find('first')]).toEqual(['unavailable', 'found']);
  });

  it('are not waited for any more once they are closed', async () => {
    server.answers.set('/keys', 'hang');
    const started = performance.now();
    const waiting = find('first');
    await until('it is asked', () => server.asked.length === 1);
    keys.close();

    expect(await waiting).toBe('unavailable');
    expect(performance.now() - started).toBeLessThan(190);
    expect(lines.all).toEqual([]);
  });

  it('are fetched from no place where they could be changed on the way', async () => {
    const { signal } = new AbortController();
    for (const url of ['http://example.com/keys', 'http://127.0.0.1.example.com/', 'ftp://127.0.0.1/', 'file:///etc/x'])
      await expect(fetchDocument(url, { signal })).rejects.toThrow('neither https nor http on this machine');
  });
});
