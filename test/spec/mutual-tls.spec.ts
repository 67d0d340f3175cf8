import { Agent } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Certificates } from '../certificates/certificates.js';
import { describeWith } from '../requirements/requires.js';
import { basic, GuardedRegistry } from './guarded.js';
import { clientOptions, get } from './tls-client.js';

const WORKLOAD = 'spiffe://example.org/ns/builds';
const RULES = {
  repositories: {
    'builds/**': { policies: [{ users: [WORKLOAD], actions: ['read'] }] },
    'people/**': { policies: [{ users: ['dev', 'common'], actions: ['read'] }] },
  },
};

describeWith({ programs: ['openssl'] }, 'a certificate that names a user', () => {
  let certificates: Certificates;
  const started: GuardedRegistry[] = [];

  beforeAll(async () => {
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    await certificates.makeServer('server', 'authority');
    await certificates.make('workload', {
      authority: 'authority',
      subject: '/CN=nobody-special',
      extensions: [`subjectAltName=URI:${WORKLOAD}`],
    });
    await certificates.make('common', { authority: 'authority' });
  });
  afterAll(async () => {
    await Promise.all(started.map((guarded) => guarded.close()));
    await certificates.remove();
  });

  async function serve(mtls: Readonly<Record<string, unknown>>, http: object = {}): Promise<GuardedRegistry> {
    const guarded = new GuardedRegistry(['dev']);
    started.push(guarded);
    const tls = {
      cert: certificates.pem('server'),
      key: certificates.key('server'),
      cacert: certificates.pem('authority'),
    };
    await guarded.start({ tls, accessControl: RULES, ...http, auth: { mtls } });
    return guarded;
  }

  /** The status of a list of tags, which is 404 for who may read it: there are none. */
  async function read(
    { registry }: GuardedRegistry,
    repository: string,
    { shows = '', headers = {}, agent }: { shows?: string; headers?: object; agent?: Agent } = {},
  ): Promise<number | undefined> {
    const path = `/v2/${repository}/tags/list`;
    return (await get(registry, clientOptions(certificates, { shows }), agent, headers, path)).status;
  }

  it('counts in access rules, by the first of the configured attributes that it has', async () => {
    const guarded = await serve({ identityAttributes: ['URI', 'CommonName'] });
    expect(await read(guarded, 'builds/x', { shows: 'workload' })).toBe(404);
    expect(await read(guarded, 'people/x', { shows: 'workload' })).toBe(403);
    expect(await read(guarded, 'people/x', { shows: 'common' })).toBe(404);
  });

  it('is one way beside others on the same port', async () => {
    const guarded = await serve({});
    expect(await read(guarded, 'people/x')).toBe(401);
    expect(await read(guarded, 'people/x', { headers: basic('dev') })).toBe(404);
    expect(await read(guarded, 'people/x', { headers: basic('dev', 'wrong') })).toBe(401);
    expect(await read(guarded, 'people/x', { shows: 'common' })).toBe(404);
  });

  it('that names nobody is nobody, and refused', async () => {
    const guarded = await serve({ identityAttributes: ['Email'] });
    expect(await read(guarded, 'people/x', { shows: 'common' })).toBe(401);
  });

  it.each([
    ['credentials', { right: 404, wrong: 401, builds: 403 }],
    ['certificate', { right: 403, wrong: 403, builds: 404 }],
    ['refuse', { right: 401, wrong: 401, builds: 401 }],
  ])('beside credentials of somebody else gives way by the rule %s', async (onMismatch, expected) => {
    const guarded = await serve({ identityAttributes: ['URI'], onMismatch });
    const shows = 'workload';
    expect(await read(guarded, 'people/x', { shows, headers: basic('dev') })).toBe(expected.right);
    expect(await read(guarded, 'people/x', { shows, headers: basic('dev', 'wrong') })).toBe(expected.wrong);
    expect(await read(guarded, 'builds/x', { shows, headers: basic('dev') })).toBe(expected.builds);
  });

  it('counts for each request of a connection, whatever credentials came with others', async () => {
    const guarded = await serve({ identityAttributes: ['URI'] });
    const agent = new Agent({ ...clientOptions(certificates, { shows: 'workload' }), keepAlive: true, maxSockets: 1 });
    try {
      expect(await read(guarded, 'builds/x', { agent })).toBe(404);
      expect(await read(guarded, 'people/x', { agent, headers: basic('dev') })).toBe(404);
      expect(await read(guarded, 'people/x', { agent })).toBe(403);
      expect(await read(guarded, 'builds/x', { agent })).toBe(404);
    } finally {
      agent.destroy();
    }
  });

  it('is asked for and found, and lets in nobody else, where there is nothing but authorities', async () => {
    const guarded = await serve({}, { accessControl: undefined });
    expect(await read(guarded, 'any/thing', { shows: 'common' })).toBe(404);
    expect(await read(guarded, 'any/thing')).toBe(401);
  });
});
