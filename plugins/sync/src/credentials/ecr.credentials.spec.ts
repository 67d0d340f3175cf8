import { describeUpstreamCredentials } from '@berth/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EcrCredentials } from './ecr.credentials.js';
import { startTokenServer } from './token-server.fixture.js';

const never = new AbortController().signal;
const HOST = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const ecr = new EcrCredentials();
/** A whole number of seconds, as AWS says times. */
const EXPIRES_AT = Math.floor(Date.now() / 1000) * 1000 + 43_200_000;
const server = await startTokenServer();

beforeEach(() => {
  server.requests.length = 0;
  const authorizationToken = Buffer.from('AWS:the:password').toString('base64');
  const authorizationData = [{ authorizationToken, expiresAt: EXPIRES_AT / 1000 }];
  server.answer = { status: 200, document: { authorizationData } };
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', `http://${server.host}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => server.close());

describeUpstreamCredentials('ecr', {
  create: () => ecr,
  host: HOST,
  section: undefined,
  badSection: { region: 'x' },
});

describe('the credential helper ecr', () => {
  it('asks ECR of the region in the name of the registry, signed, and gives the user and the password', async () => {
    expect(await ecr.loginFor(HOST, undefined, never)).toEqual({
      login: { kind: 'basic', user: 'AWS', password: 'the:password' },
      expiresAt: EXPIRES_AT,
    });
    const [request] = server.requests;
    expect(request?.headers['x-amz-target']).toMatch(/\.GetAuthorizationToken$/);
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/ecr\//,
    );
  });

  it.each(['public.ecr.aws', 'registry.example.com', `${HOST}.example.com`])('rejects %s', async (host) => {
    await expect(ecr.loginFor(host, undefined, never)).rejects.toThrow('is no registry of ECR');
    expect(server.requests).toEqual([]);
  });

  it('rejects where AWS refuses, or gives none', async () => {
    server.answer = { status: 400, document: { __type: 'AccessDeniedException', message: 'no' } };
    await expect(ecr.loginFor(HOST, undefined, never)).rejects.toThrow();
    server.answer = { status: 200, document: { authorizationData: [] } };
    await expect(ecr.loginFor(HOST, undefined, never)).rejects.toThrow('ECR gives no authorization token');
  });
});
