import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@berth/sdk/testing';
import { describeUpstreamCredentials } from '@berth/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GcpCredentials } from './gcp.credentials.js';
import { TokenEndpoint } from './token-endpoint.js';
import { startTokenServer } from './token-server.fixture.js';

const never = new AbortController().signal;
const HOST = 'europe-docker.pkg.dev';
const clock = new FakeClock();
const endpoint = new TokenEndpoint(clock);
const gcp = new GcpCredentials(endpoint, clock);
const folder = mkdtempSync(join(tmpdir(), 'berth-gcp-'));
const path = join(folder, 'credentials.json');
const server = await startTokenServer();

beforeEach(() => {
  server.requests.length = 0;
  vi.stubEnv('GCE_METADATA_HOST', server.host);
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
  vi.stubEnv('CLOUDSDK_CONFIG', join(folder, 'gcloud'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await endpoint.onApplicationShutdown();
  await server.close();
  rmSync(folder, { recursive: true });
});

function withFile(document: object): void {
  writeFileSync(path, JSON.stringify(document));
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', path);
}

describeUpstreamCredentials('gcp', {
  create: () => gcp,
  host: HOST,
  section: undefined,
  badSection: { scope: 'x' },
  now: () => clock.now(),
});

describe('the credential helper gcp', () => {
  const login = { kind: 'basic', user: 'oauth2accesstoken', password: 'the-token' };

  it('asks the metadata server of the machine, and no proxy on the way', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    expect(await gcp.loginFor(HOST, undefined, never)).toEqual({ login, expiresAt: clock.now() + 3_600_000 });
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/computeMetadata/v1/instance/service-accounts/default/token',
        headers: { 'metadata-flavor': 'Google' },
      },
    ]);
  });

  it('signs for the service account of a key file', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    withFile({
      type: 'service_account',
      client_email: 'mirror@example.iam',
      private_key_id: 'the-key',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: server.url,
    });
    expect(await gcp.loginFor(HOST, undefined, never)).toMatchObject({ login });
    const form = server.requests[0]?.form;
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const claims = JSON.parse(
      Buffer.from(form?.get('assertion')?.split('.')[1] ?? '', 'base64url').toString(),
    ) as object;
    expect(claims).toMatchObject({
      iss: 'mirror@example.iam',
      aud: server.url,
      scope: expect.stringContaining('cloud') as string,
    });
  });

  it('refreshes the login of gcloud', async () => {
    withFile({
      type: 'authorized_user',
      client_id: 'id',
      client_secret: 'secret',
      refresh_token: 'refresh',
      token_uri: server.url,
    });
    expect(await gcp.loginFor(HOST, undefined, never)).toMatchObject({ login });
    expect(Object.fromEntries(server.requests[0]?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: 'id',
      client_secret: 'secret',
      refresh_token: 'refresh',
    });
  });

  it('exchanges the token of a workload', async () => {
    const token = join(folder, 'workload.jwt');
    writeFileSync(token, 'the-workload');
    const account = {
      type: 'external_account',
      audience: '//iam.example/pools/p',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: server.url,
      credential_source: { file: token, format: { type: 'text' } },
    };
    withFile(account);
    expect(await gcp.loginFor(HOST, undefined, never)).toMatchObject({ login });
    expect(server.requests[0]?.form.get('subject_token')).toBe('the-workload');
    withFile({ ...account, service_account_impersonation_url: 'https://example.com' });
    await expect(gcp.loginFor(HOST, undefined, never)).rejects.toThrow('of external accounts only those are known');
  });

  it('rejects a file of another type, and one that is not there', async () => {
    withFile({ type: 'password' });
    await expect(gcp.loginFor(HOST, undefined, never)).rejects.toThrow('is of no type that is known');
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', join(folder, 'none.json'));
    await expect(gcp.loginFor(HOST, undefined, never)).rejects.toThrow(/none\.json: ENOENT/);
  });
});
