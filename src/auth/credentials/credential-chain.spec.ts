import { PassThrough } from 'node:stream';
import type { CredentialBackend, CredentialResult } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { RegistryLogger } from '../../logging/registry-logger.js';
import type { FallbackReason } from '../auth.config.js';
import { CredentialChain } from './credential-chain.js';

const { signal } = new AbortController();
const credentials = { user: 'ann', password: 'secret' };

/** A backend that says the same of everyone, and counts how often it is asked. */
class SetBackend implements CredentialBackend {
  asked = 0;

  constructor(private readonly result: CredentialResult | Error) {}

  verify(): Promise<CredentialResult> {
    this.asked += 1;
    return this.result instanceof Error ? Promise.reject(this.result) : Promise.resolve(this.result);
  }
}

const accepted = { outcome: 'accepted', user: 'ann', groups: ['team'] } as const;
const rejected = { outcome: 'rejected' } as const;
const unknownUser = { outcome: 'unknownUser' } as const;
const unavailable = { outcome: 'unavailable', reason: 'no answer' } as const;

interface Asked {
  readonly outcome: string;
  readonly askedSecond: number;
}

async function ask(
  first: CredentialResult | Error,
  second: CredentialResult,
  fallback: readonly FallbackReason[] = ['unavailable', 'unknownUser'],
): Promise<Asked> {
  const [ldap, htpasswd] = [new SetBackend(first), new SetBackend(second)];
  const backends = [
    { name: 'ldap', backend: ldap },
    { name: 'htpasswd', backend: htpasswd },
  ];
  const chain = new CredentialChain(backends, new Set(fallback), new RegistryLogger(new PassThrough(), 'silent'));
  const { outcome } = await chain.verify(credentials, signal);
  return { outcome, askedSecond: htpasswd.asked };
}

describe('the chain of backends', () => {
  it('asks nobody else after an acceptance, nor after a wrong password', async () => {
    expect(await ask(accepted, rejected)).toEqual({ outcome: 'accepted', askedSecond: 0 });
    expect(await ask(rejected, accepted)).toEqual({ outcome: 'rejected', askedSecond: 0 });
  });

  it.each([
    ['cannot answer', unavailable],
    ['fails', new Error('a bug')],
    ['does not know the user', unknownUser],
  ])('asks the next one where the first %s', async (_, first) => {
    expect(await ask(first, accepted)).toEqual({ outcome: 'accepted', askedSecond: 1 });
  });

  it('in its strict form believes a directory that says a user is not there', async () => {
    expect(await ask(unknownUser, accepted, ['unavailable'])).toEqual({ outcome: 'unknownUser', askedSecond: 0 });
    expect(await ask(unavailable, accepted, ['unavailable'])).toEqual({ outcome: 'accepted', askedSecond: 1 });
  });

  it('asks nobody else at all where nothing is to be fallen back on', async () => {
    expect(await ask(unavailable, accepted, [])).toEqual({ outcome: 'unavailable', askedSecond: 0 });
  });

  it('goes by whoever could answer, so that it tells no names while one cannot', async () => {
    expect(await ask(unavailable, rejected)).toMatchObject({ outcome: 'rejected' });
    expect(await ask(unavailable, unknownUser)).toMatchObject({ outcome: 'unknownUser' });
    expect(await ask(unavailable, unavailable)).toMatchObject({ outcome: 'unavailable' });
  });

  it('asks nobody with an empty password, which some directories take for a login of nobody', async () => {
    const backend = new SetBackend(accepted);
    const logger = new RegistryLogger(new PassThrough(), 'silent');
    const chain = new CredentialChain([{ name: 'ldap', backend }], new Set(), logger);
    expect((await chain.verify({ user: 'ann', password: '' }, signal)).outcome).toBe('rejected');
    expect(backend.asked).toBe(0);
  });
});
