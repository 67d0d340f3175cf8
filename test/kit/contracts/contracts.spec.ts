import quota from '../../../docs/examples/quota/src/index.js';
import { describeCredentialBackend } from './credential-backend.contract.js';
import { describePlugin } from './plugin.contract.js';
import { describeUpstreamCredentials } from './upstream-credentials.contract.js';

const known = { user: 'anna', password: 'Correct horse', groups: ['team'] };

describeCredentialBackend('of one user', {
  known,
  create: () => ({
    verify: async ({ user, password }) => {
      if (user !== known.user) return { outcome: 'unknownUser' };
      return password === known.password
        ? { outcome: 'accepted', user, groups: known.groups }
        : { outcome: 'rejected' };
    },
  }),
  createUnreachable: () => ({ verify: async () => ({ outcome: 'unavailable', reason: 'it is down' }) }),
});

describeUpstreamCredentials('by a token', {
  host: 'registry.example',
  section: { token: 'abc' },
  badSection: { tokne: 'abc' },
  create: () => ({
    loginFor: async (_host, section, signal) => {
      signal.throwIfAborted();
      const { token } = section as { readonly token?: string };
      if (token === undefined) throw new Error('a token is missing');
      return { login: { kind: 'bearer', token }, expiresAt: Date.now() + 60_000 };
    },
  }),
});

describePlugin({ plugin: quota, section: { limits: [{ prefix: 'team', limit: '1GB' }] } });
