import type { CredentialBackend, Credentials } from '@berth/sdk';
import { describe, expect, it } from 'vitest';

export interface CredentialBackendSubject {
  /** A new backend that knows `known` and nobody else. */
  readonly create: () => Promise<CredentialBackend> | CredentialBackend;
  readonly known: Credentials & { readonly groups: readonly string[] };
  /** One that cannot tell now, where there can be such a state. */
  readonly createUnreachable?: () => Promise<CredentialBackend> | CredentialBackend;
}

/** What the server counts on of every credential backend. Call it in a spec. */
export function describeCredentialBackend(name: string, subject: CredentialBackendSubject): void {
  const { known } = subject;
  const signal = new AbortController().signal;

  describe(`the credential backend ${name}`, () => {
    it('accepts who it knows, with the name and the groups it knows', async () => {
      const result = await (await subject.create()).verify(known, signal);
      expect(result).toEqual({ outcome: 'accepted', user: known.user, groups: known.groups });
    });

    it.each(['', `${known.password}x`, known.password.toUpperCase() + known.password])(
      'rejects a wrong password (%#)',
      async (password) => {
        const result = await (await subject.create()).verify({ user: known.user, password }, signal);
        expect(result.outcome).toBe('rejected');
      },
    );

    it.each(['nobody-knows-me', '', '*', 'a)(uid=*', 'a:b'])('does not know the user %j', async (user) => {
      const result = await (await subject.create()).verify({ user, password: known.password }, signal);
      expect(result.outcome).toBe('unknownUser');
    });

    it('answers many at once each for itself', async () => {
      const backend = await subject.create();
      const asked = Array.from({ length: 20 }, (_, index) => ({
        ...known,
        password: index % 2 ? 'wrong' : known.password,
      }));
      const results = await Promise.all(asked.map((credentials) => backend.verify(credentials, signal)));
      expect(results.map(({ outcome }) => outcome)).toEqual(
        asked.map(({ password }) => (password === known.password ? 'accepted' : 'rejected')),
      );
    });

    it.runIf(subject.createUnreachable)('that cannot tell says so, without the password', async () => {
      const backend = await subject.createUnreachable?.();
      const result = await backend?.verify(known, signal);
      expect(result?.outcome).toBe('unavailable');
      expect(JSON.stringify(result)).not.toContain(known.password);
    });
  });
}
