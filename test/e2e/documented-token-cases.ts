import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { KeyServer } from '../tokens/key-server.js';
import { aKey, type Claims, jwksOf, pemOf, type SampleKey, signed } from '../tokens/sample-keys.js';
import { as, basic, bearing, type DocumentedCase, type DocumentedStage } from './documented-logins.js';
import { pollUntil } from './poll-until.js';
import { PrivateAuthority } from './private-authority.js';

const SERVICE = 'registry.example.com';
const servers: KeyServer[] = [];

export async function endIssuers(): Promise<void> {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
}

async function keyServer(tls?: { readonly key: string; readonly cert: string }): Promise<KeyServer> {
  const server = await KeyServer.start(tls);
  servers.push(server);
  return server;
}

/** A token for this registry that lives for minutes. */
function tokenOf(key: SampleKey, claims: Claims): string {
  return signed(key, { aud: SERVICE, exp: Math.floor(Date.now() / 1000) + 300, ...claims });
}

const path = '/v2/team/app/tags/list';

/** What holds of tokens that somebody with `key` signs. */
async function expectForeign(stage: DocumentedStage, key: SampleKey): Promise<void> {
  const grant = (name: string, ...actions: readonly string[]): Claims => ({
    iss: 'anybody',
    sub: 'ann',
    access: [{ type: 'repository', name, actions }],
  });
  const token = tokenOf(key, grant('team/app', 'pull', 'push'));
  await stage.push('team/app', `Bearer ${token}`);
  expect(await stage.status(path, ...bearing(token))).toBe(200);
  expect(await stage.status(path, ...bearing(tokenOf(key, grant('team/other', 'pull'))))).toBe(401);
  const elsewhere = tokenOf(key, { ...grant('team/app', 'pull'), aud: 'elsewhere' });
  expect(await stage.status(path, ...bearing(elsewhere))).toBe(401);
  const { status, headers } = await stage.server.request('GET', path);
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toBe(
    `Bearer realm="https://auth.example.com/token",service="${SERVICE}",scope="repository:team/app:pull"`,
  );
}

async function foreignByFile(stage: DocumentedStage): Promise<void> {
  const key = aKey();
  await stage.write('token-server.pem', pemOf(key.publicKey));
  await stage.start();
  await expectForeign(stage, key);
}

async function foreignByUrl(stage: DocumentedStage): Promise<void> {
  const key = aKey();
  const server = await keyServer();
  server.answers.set('/keys', { json: jwksOf(key) });
  await stage.start([['https://auth.example.com/keys', `${server.url}/keys`]]);
  await expectForeign(stage, key);
}

async function own(stage: DocumentedStage): Promise<void> {
  await stage.makeUsers();
  await stage.start();
  await stage.push('team/app', basic('ann'));
  expect(await stage.type(0)).toContain('"tags":["1"]');
  expect(await stage.status(path)).toBe(401);
  expect(await stage.status(path, ...bearing('no.token.atall'))).toBe(401);
}

async function kubernetes(stage: DocumentedStage): Promise<void> {
  const key = aKey('RS256');
  const authority = await PrivateAuthority.create(stage.folder);
  const files = await authority.forServer('api-server', ['IP:127.0.0.1']);
  const server = await keyServer({
    key: await readFile(files.key, 'utf8'),
    cert: await readFile(files.cert, 'utf8'),
  });
  server.issue(jwksOf(key));
  await stage.write('kubernetes-ca.pem', await readFile(authority.cert));
  const log = (await stage.start([['https://kubernetes.default.svc.cluster.local', server.url]])).log;
  const token = (namespace: string): string =>
    tokenOf(key, { iss: server.url, 'kubernetes.io': { namespace, serviceaccount: { name: 'puller' } } });

  // May be read, and is not there.
  expect(await stage.status(path, ...bearing(token('team')))).toBe(404);
  expect(await stage.status(path, ...as('whoever', token('team')))).toBe(404);
  expect(await stage.status(path, ...bearing(token('other')))).toBe(403);
  expect(await stage.status(path, ...bearing(tokenOf(aKey('RS256'), { iss: server.url })))).toBe(401);
  expect(await stage.status(path)).toBe(401);
  await pollUntil('the log names the user', 5000, () => log.some(({ actor }) => actor === 'team/puller'));
}

async function continuousIntegration(stage: DocumentedStage): Promise<void> {
  const key = aKey();
  const server = await keyServer();
  server.issue(jwksOf(key));
  await stage.start([['https://token.ci.example.com', server.url]]);
  const token = (owner: string, ref: string): string =>
    tokenOf(key, { iss: server.url, sub: 'x', repository_owner: owner, repository: `${owner}/app`, ref });
  const push = (ref: string): Promise<number> =>
    stage.status('/v2/team/app/blobs/uploads/', '-X', 'POST', ...bearing(token('team', ref)));

  await stage.type(0, { env: { ID_TOKEN: token('team', 'refs/heads/main') } });
  expect(await push('refs/heads/main')).toBe(202);
  expect(await push('refs/heads/other')).toBe(403);
  expect(await stage.status('/v2/', ...bearing(token('others', 'refs/heads/main')))).toBe(401);
  expect(await stage.status('/v2/')).toBe(401);
}

export const TOKEN_CASES: Readonly<Record<string, DocumentedCase>> = {
  'Tokens of another token server': foreignByFile,
  'By a URL': foreignByUrl,
  'Tokens of this server': own,
  Kubernetes: kubernetes,
  CI: continuousIntegration,
};
