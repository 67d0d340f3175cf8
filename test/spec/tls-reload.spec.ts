import { createTestRegistry, digestBytes, type TestRegistry } from '@berth/testkit';
import { once } from 'node:events';
import { copyFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { Certificates } from '../certificates/certificates.js';
import { clientOptions, get } from './tls-client.js';
import { until } from './until.js';

/** Within which a change is to be seen, in milliseconds. */
const SOON = 2000;

describeWith({ programs: ['openssl'] }, 'the files of http.tls that change while the server runs', () => {
  let certificates: Certificates;
  let registry: TestRegistry;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    for (const name of ['first', 'second', 'third']) await certificates.makeServer(name, 'authority');
  });
  afterAll(() => certificates.remove());

  beforeEach(async () => {
    folder = join(certificates.folder, `mount-${String(++count)}`);
    await mkdir(folder);
  });
  afterEach(() => registry.close());

  /** Starts with the files in the folder. */
  async function start(): Promise<void> {
    const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    registry = await createTestRegistry({ configure: ({ http }) => (http.tls = tls) });
  }

  /** Writes certificate and key as a program does that knows of nobody who reads them. */
  async function write(name: string, key = name, into = folder): Promise<void> {
    await copyFile(certificates.pem(name), join(into, 'tls.crt'));
    await copyFile(certificates.key(key), join(into, 'tls.key'));
  }

  async function served(): Promise<unknown> {
    return (await get(registry, clientOptions(certificates))).server;
  }

  const logged = (event: string) => registry.logLines.all.filter((line) => line['event'] === event);
  const gauge = (name: string) => registry.numbers.find((one) => one.name === name)?.series[0]?.value;
  const isInvalid = () => gauge('berth_tls_certificate_invalid');

  it('are served from then on', async () => {
    await write('first');
    await start();
    expect(await served()).toBe('first');
    await write('second');
    await until('the new certificate is served', async () => (await served()) === 'second', SOON);
    const { validToDate } = await certificates.read('second');
    expect(gauge('berth_tls_certificate_expires_seconds')).toBe(validToDate.getTime() / 1000);
    expect(isInvalid()).toBe(0);
  });

  it('are seen where Kubernetes swaps the folder behind its link, again and again', async () => {
    for (const name of ['first', 'second', 'third']) {
      await mkdir(join(folder, `..${name}`));
      await write(name, name, join(folder, `..${name}`));
    }
    await symlink('..first', join(folder, '..data'));
    for (const file of ['tls.crt', 'tls.key']) await symlink(`..data/${file}`, join(folder, file));
    await start();
    for (const name of ['second', 'third', 'first']) {
      await symlink(`..${name}`, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
      await until(`${name} is served`, async () => (await served()) === name, SOON);
    }
    expect(logged('tls invalid')).toEqual([]);
  });

  it('do not touch connections that are open, nor an upload on one of them', async () => {
    await write('first');
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...clientOptions(certificates) });
    const bytes = Buffer.alloc(1024, 'x');
    const upload = request(`${registry.url}/v2/a/blobs/uploads/?digest=${digestBytes(bytes)}`, {
      agent,
      method: 'POST',
      headers: { 'content-length': bytes.byteLength },
    });
    upload.write(bytes.subarray(0, 500));
    await until('it has begun', () => registry.openSockets === 1);
    await write('second');
    await until('the new certificate is served', async () => (await served()) === 'second', SOON);
    upload.end(bytes.subarray(500));
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    await text(answer);
    expect(answer.statusCode).toBe(201);
    expect(await get(registry, {}, agent)).toMatchObject({ status: 200, server: 'first' });
    agent.destroy();
  });

  it.each([
    [
      'a key that is of another certificate',
      'tls.key',
      'the key of another certificate',
      () => write('second', 'third'),
    ],
    ['a broken certificate', 'tls.crt', 'no certificate', () => writeFile(join(folder, 'tls.crt'), 'broken')],
    ['an empty key', 'tls.key', 'no private key', () => writeFile(join(folder, 'tls.key'), '')],
    ['no certificate at all', 'tls.crt', 'no such file', () => rm(join(folder, 'tls.crt'))],
  ])('are not taken where there is %s: the old ones stay, log and metric say so', async (_, file, found, spoil) => {
    await write('first');
    await start();
    await spoil();
    await until('the metric says so', () => isInvalid() === 1, SOON);
    expect(logged('tls invalid').at(-1)).toMatchObject({ level: 50, file: join(folder, file), found });
    expect(await served()).toBe('first');
    await write('second');
    await until('what follows is taken', async () => (await served()) === 'second', SOON);
    expect(isInvalid()).toBe(0);
    expect(JSON.stringify(registry.logLines.all)).not.toContain('PRIVATE KEY');
  });

  it('are seen though they change right after the start', async () => {
    await write('first');
    await start();
    await write('second');
    await until('the new certificate is served', async () => (await served()) === 'second', SOON);
  });

  it('are no longer looked at by a server that has stopped', async () => {
    await write('first');
    await start();
    const stopped = registry;
    await stopped.close();
    await start();
    await write('second');
    await until('the other server sees it', () => logged('tls reloaded').length > 0, SOON);
    expect(stopped.logLines.all.filter((line) => line['event'] === 'tls reloaded')).toEqual([]);
  });
});
