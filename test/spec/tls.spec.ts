import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';

const run = promisify(execFile);

/** Makes a key and a certificate, `<name>.key` and `<name>.pem`, signed by `authority` or by itself. */
async function certificate(folder: string, name: string, authority?: string): Promise<void> {
  const [key, pem] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const signer = authority ? ['-CA', join(folder, `${authority}.pem`), '-CAkey', join(folder, `${authority}.key`)] : [];
  const extensions = authority
    ? ['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=CA:FALSE']
    : [];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-days', '2', '-keyout', key, '-out', pem];
  await run('openssl', ['req', '-x509', ...curve, ...subject, ...signer, ...extensions]);
}

describeWith({ programs: ['openssl'] }, 'http.tls', () => {
  let folder = '';
  let plain: TestRegistry | undefined;
  let asking: TestRegistry | undefined;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-tls-'));
    await certificate(folder, 'authority');
    await certificate(folder, 'stranger');
    await Promise.all([
      certificate(folder, 'server', 'authority'),
      certificate(folder, 'client', 'authority'),
      certificate(folder, 'foreign', 'stranger'),
    ]);
    const tls = { cert: file('server.pem'), key: file('server.key') };
    plain = await createTestRegistry({ configure: ({ http }) => (http.tls = tls) });
    asking = await createTestRegistry({
      configure: ({ http }) => (http.tls = { ...tls, cacert: file('authority.pem') }),
    });
  });
  afterAll(async () => {
    await plain?.close();
    await asking?.close();
    await rm(folder, { recursive: true });
  });

  async function get(
    registry: TestRegistry | undefined,
    client?: string,
    headers = {},
  ): Promise<[number | undefined, string]> {
    const shown = client && { cert: await readFile(file(`${client}.pem`)), key: await readFile(file(`${client}.key`)) };
    const agent = new Agent({ ca: await readFile(file('authority.pem')), ...shown });
    try {
      return await new Promise((resolve, reject) => {
        const sent = request(`${String(registry?.url)}/v2/`, { agent, headers }, (response) => {
          text(response).then((body) => resolve([response.statusCode, body]), reject);
        });
        sent.once('error', reject).end();
      });
    } finally {
      agent.destroy();
    }
  }

  it('serves over TLS with the configured certificate', async () => {
    expect(await get(plain)).toEqual([200, '{}']);
  });

  it('reads headers as long over TLS as without', async () => {
    expect(await get(plain, undefined, { authorization: 'x'.repeat(40_000) })).toEqual([200, '{}']);
  });

  it('takes a client that shows a certificate of the configured authority', async () => {
    expect(await get(asking, 'client')).toEqual([200, '{}']);
  });

  it('takes a client that shows no certificate', async () => {
    expect(await get(asking)).toEqual([200, '{}']);
  });

  it('does not take a client that shows a certificate of another authority', async () => {
    await expect(get(asking, 'foreign')).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  it('names the file that is not there', async () => {
    const tls = { cert: file('none.pem'), key: file('none.key') };
    await expect(createTestRegistry({ configure: ({ http }) => (http.tls = tls) })).rejects.toThrow('none.pem');
  });

  it('refuses what is no key', async () => {
    await writeFile(file('broken.key'), 'no key');
    const tls = { cert: file('server.pem'), key: file('broken.key') };
    await expect(createTestRegistry({ configure: ({ http }) => (http.tls = tls) })).rejects.toThrow();
  });
});

describe('http without tls', () => {
  it('is plain HTTP', async () => {
    const registry = await createTestRegistry();
    try {
      expect(registry.url).toMatch(/^http:/);
    } finally {
      await registry.close();
    }
  });
});
