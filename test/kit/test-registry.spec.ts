import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { aBlob } from './builders/built-manifest.js';
import { pushBlob } from './push.js';
import { createTestRegistry } from './test-registry.js';

it('closes with nothing left behind, and removes its data', async () => {
  const registry = await createTestRegistry();
  await pushBlob(registry.request, 'a', aBlob(Buffer.from('pushed')));
  await registry.close();
  expect(existsSync(registry.root)).toBe(false);
});

it('keeps an upload that is in progress for no leak', async () => {
  const registry = await createTestRegistry();
  const { headers } = await registry.request('POST', '/v2/a/blobs/uploads/');
  await registry.request('PATCH', String(headers['location']), { body: Buffer.from('in progress') });
  await expect(registry.close()).resolves.toBeUndefined();
});

it('fails to close where a file is left that no row names', async () => {
  const registry = await createTestRegistry();
  await writeFile(join(registry.root, 'uploads', 'left'), 'x');
  await expect(registry.close()).rejects.toThrow('no row names uploads/left');
});

it('fails to close where a file of its data is open', async () => {
  const registry = await createTestRegistry();
  const file = await open(join(registry.root, 'berth.db'), 'r');
  await expect(registry.close()).rejects.toThrow('berth.db is open');
  await file.close();
});

it('cuts a connection in the middle of a request rather than wait for ever', async () => {
  const registry = await createTestRegistry();
  const { headers } = await registry.request('POST', '/v2/a/blobs/uploads/');
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(registry.url).port) });
  socket.on('error', () => undefined);
  socket.write(`PATCH ${String(headers['location'])} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nx`);
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await registry.close();
  await closed;
  expect(registry.openSockets).toBe(0);
});

it('serves the data of the folder it is given and leaves it there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'berth-test-'));
  const blob = aBlob(Buffer.from('kept'));
  const first = await createTestRegistry({ root });
  await pushBlob(first.request, 'a', blob);
  await first.close();
  const second = await createTestRegistry({ root });
  expect((await second.request('GET', `/v2/a/blobs/${blob.digest}`)).body).toEqual(blob.bytes);
  await second.close();
  await rm(root, { recursive: true });
});
