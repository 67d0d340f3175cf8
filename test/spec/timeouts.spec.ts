import { aBlob } from '@berth/testkit';
import { milliseconds } from '@berth/sdk';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, closeUpload, headerOf, pushWhole, startUpload } from './exchange.js';
import { headOf, rawExchange, rawSocket, statusIn } from './raw-exchange.js';
import { until } from './until.js';
import { useRegistry } from './use-registry.js';

/** More than the kernel keeps for a client that does not read. */
const LARGE = 30_000_000;

describe('http.idleTimeout', () => {
  const registry = useRegistry({ configure: ({ http }) => (http.idleTimeout = milliseconds(300)) });
  const large = aBlob(bytesOf('large', LARGE));

  beforeAll(() => pushWhole(registry().request, 'a', large));

  it('closes a body that is silent for so long, and the upload goes on from what arrived', async () => {
    const { digest, bytes } = aBlob(bytesOf('silent', 1000));
    const location = await startUpload(registry().request, 'a');
    const head = headOf('PATCH', location, { 'content-length': '1000' });
    const answer = await rawExchange(registry().url, Buffer.concat([Buffer.from(head), bytes.subarray(0, 300)]));
    expect(answer).toBe('');
    await until(
      'the bytes are kept',
      async () => headerOf(await registry().request('GET', location), 'range') === '0-299',
    );
    expect((await closeUpload(registry().request, location, digest, bytes.subarray(300))).status).toBe(201);
  });

  it('closes a body that is silent from the start', async () => {
    const location = await startUpload(registry().request, 'a');
    expect(await rawExchange(registry().url, headOf('PATCH', location, { 'content-length': '10' }))).toBe('');
  });

  it('leaves a body alone that is slow, but never silent for so long', async () => {
    const location = await startUpload(registry().request, 'a');
    const socket = await rawSocket(registry().url);
    let answer = '';
    socket.on('data', (piece: Buffer) => (answer += piece.toString()));
    socket.write(headOf('PATCH', location, { 'content-length': '10' }));
    for (let at = 0; at < 10; at++) {
      await delay(60);
      socket.write('x');
    }
    await until('the answer comes', () => statusIn(answer) === 202);
    socket.destroy();
  });

  it('closes an answer that the client does not read for so long', async () => {
    const socket = await rawSocket(registry().url);
    const before = registry().openSockets;
    socket.pause();
    socket.write(headOf('GET', `/v2/a/blobs/${large.digest}`));
    await until('the server closes the connection', () => registry().openSockets < before);
    socket.destroy();
  });

  it('leaves a connection open that is silent between two requests', async () => {
    const socket = await rawSocket(registry().url);
    let answer = '';
    socket.on('data', (piece: Buffer) => (answer += piece.toString()));
    socket.write(headOf('GET', '/v2/'));
    await until('the first answer comes', () => answer.split('HTTP/1.1 200').length === 2);
    await delay(500);
    socket.write(headOf('GET', '/v2/'));
    await until('the second answer comes', () => answer.split('HTTP/1.1 200').length === 3);
    socket.destroy();
  });
});

describe('http.writeTimeout', () => {
  const registry = useRegistry({ configure: ({ http }) => (http.writeTimeout = milliseconds(200)) });
  const large = aBlob(bytesOf('large', LARGE));

  it('bounds a whole answer, however steadily the client reads', async () => {
    await pushWhole(registry().request, 'a', large);
    const socket = await rawSocket(registry().url);
    let received = 0;
    socket.on('data', (piece: Buffer) => {
      received += piece.byteLength;
      socket.pause();
      setTimeout(() => socket.resume(), 20);
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(headOf('GET', `/v2/a/blobs/${large.digest}`));
    await closed;
    expect(received).toBeLessThan(LARGE);
  });
});

describe('http.readTimeout', () => {
  const registry = useRegistry({ configure: ({ http }) => (http.readTimeout = milliseconds(300)) });

  it('bounds a whole request with its body, however steadily it comes', async () => {
    const location = await startUpload(registry().request, 'a');
    const socket = await rawSocket(registry().url);
    let isClosed = false;
    let answer = '';
    socket.once('close', () => (isClosed = true));
    socket.on('data', (piece: Buffer) => (answer += piece.toString()));
    socket.write(headOf('PATCH', location, { 'content-length': '100000' }));
    const drip = setInterval(() => socket.write('x'), 50);
    try {
      await until('the server closes the connection', () => isClosed, 4000);
      expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*\{"errors":\[\{"code":/);
    } finally {
      clearInterval(drip);
      socket.destroy();
    }
  });
});
