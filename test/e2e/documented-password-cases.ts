import { copyFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { Certificates } from '../certificates/certificates.js';
import { as, basic, type DocumentedCase, type DocumentedStage } from './documented-logins.js';
import { pollUntil } from './poll-until.js';

const DEADLINE = 10_000;

/** What holds of every example with users in a file. */
async function expectLogin(stage: DocumentedStage): Promise<void> {
  expect(await stage.status('/v2/', ...as('ann'))).toBe(200);
  expect(await stage.status('/v2/', ...as('ann', 'wrong'))).toBe(401);
  expect(await stage.status('/v2/')).toBe(401);
}

/** The challenges of the ping. */
async function challengeOf({ server }: DocumentedStage): Promise<string> {
  const { status, headers } = await server.request('GET', '/v2/');
  expect(status).toBe(401);
  return String(headers['www-authenticate']);
}

async function mutualTls(stage: DocumentedStage): Promise<void> {
  const certificates = await Certificates.inNewFolder();
  try {
    await certificates.make('ca');
    await certificates.makeServer('tls', 'ca');
    const extensions = ['subjectAltName=URI:spiffe://example.org/ns/team', 'extendedKeyUsage=clientAuth'];
    await certificates.make('client', { authority: 'ca', extensions });
    await copyFile(certificates.pem('ca'), certificates.pem('clients-ca'));
    const here = [['/etc/berth/', `${certificates.folder}/`]] as const;
    const server = await stage.launch(here);
    const trusting = ['--cacert', certificates.pem('ca')] as const;
    await pollUntil('the server is ready', DEADLINE, async () => {
      if (server.ended) throw new Error(server.output());
      return server.listeningUrl !== undefined && (await stage.status('/readyz', ...trusting)) === 200;
    });
    expect(await stage.status('/v2/', ...trusting)).toBe(401);
    await stage.type(0, { replacements: here });
    await pollUntil('the log names the user', DEADLINE, () =>
      server.log.some(({ actor, status }) => actor === 'team' && status === 200),
    );
  } finally {
    await certificates.remove();
  }
}

async function apiKeys(stage: DocumentedStage): Promise<void> {
  await stage.makeUsers();
  const { request } = await stage.start();
  await expectLogin(stage);
  await stage.push('team/app', basic('ann'));
  expect(await stage.type(0)).toMatch(/"apiKey":"zak_[0-9a-f]{48}"[^]*"revoked":1/);

  const headers = { authorization: basic('ann'), 'content-type': 'application/json' };
  const make = (body: object): ReturnType<typeof request> =>
    request('POST', '/zot/auth/apikey', { headers, body: Buffer.from(JSON.stringify(body)) });
  expect((await make({ label: 'long', expirationDate: '2999-01-01T00:00:00Z' })).status).toBe(400);
  const made = await make({ label: 'robot', scopes: ['team/**:read'] });
  const { apiKey } = JSON.parse(made.body.toString()) as { readonly apiKey: string };
  expect(await stage.status('/v2/team/app/tags/list', ...as('ann', apiKey))).toBe(200);
  expect(await stage.status('/v2/team/app/blobs/uploads/', '-X', 'POST', ...as('ann', apiKey))).toBe(403);
  expect(await stage.type(1)).toMatch(/robot[^]*\n1 revoked\n/);
  await pollUntil('the key is dead', 5000, async () => (await stage.status('/v2/', ...as('ann', apiKey))) === 401);
}

async function publicAndPrivate(stage: DocumentedStage): Promise<void> {
  await stage.makeUsers();
  await stage.start();
  await stage.push('base/app', basic('admin'));
  await stage.push('team/app', basic('ann'));
  await expectLogin(stage);
  await stage.type(0);
  expect(await stage.status('/v2/team/app/tags/list')).toBe(401);
  expect(await stage.status('/v2/base/app/tags/list', ...as('ann', 'wrong'))).toBe(401);
  expect(await stage.status('/v2/base/app/tags/list', ...as('ann'))).toBe(200);
  expect(await challengeOf(stage)).toMatch(
    /^Bearer realm="https:\/\/registry\.example\.com\/auth\/token",service="berth"$/,
  );
  expect(await stage.type(1)).toMatch(/^valid\n[^]*open: .*base[^]*allowed: [^]*allowed: /);
}

async function proxy(stage: DocumentedStage): Promise<void> {
  await stage.makeUsers();
  const server = await stage.start();
  await expectLogin(stage);
  expect(await challengeOf(stage)).toContain('realm="https://registry.example.com:8443/auth/token"');
  await stage.status('/v2/', '-H', 'X-Forwarded-For: 203.0.113.9');
  await pollUntil('the log has the address of the client', DEADLINE, () =>
    server.log.some(({ address }) => address === '203.0.113.9'),
  );
}

async function slowed(stage: DocumentedStage): Promise<void> {
  await stage.makeUsers();
  await stage.start();
  await expectLogin(stage);
  const [status, milliseconds] = await stage.timed('/v2/', ...as('ann', 'guessed'));
  expect(status).toBe(401);
  expect(milliseconds).toBeGreaterThan(1900);
}

/** Users in a file, certificates, keys, and what there is besides. */
export const PASSWORD_CASES: Readonly<Record<string, DocumentedCase>> = {
  htpasswd: async (stage) => {
    await stage.type(0);
    await stage.start();
    await expectLogin(stage);
  },
  'Mutual TLS': mutualTls,
  'API keys': apiKeys,
  'A public and a private half': publicAndPrivate,
  'Behind a proxy': proxy,
  'What is remembered, and how guessing is slowed': slowed,
};
