import type { UpstreamCredentials } from '@berth/sdk';
import { describe, expect, it } from 'vitest';

export interface UpstreamCredentialsSubject {
  readonly create: () => Promise<UpstreamCredentials> | UpstreamCredentials;
  /** A host it can log in at, and the section for it. */
  readonly host: string;
  readonly section: unknown;
  /** A section that it cannot use. */
  readonly badSection: unknown;
  /** Milliseconds since the epoch, by the clock that it goes by; default: the system's. */
  readonly now?: () => number;
}

/** What a mirror counts on of whoever gets credentials for it. Call it in a spec. */
export function describeUpstreamCredentials(name: string, subject: UpstreamCredentialsSubject): void {
  const { host, section, badSection, now = Date.now } = subject;

  describe(`the upstream credentials ${name}`, () => {
    it('give a login that is whole, and has not run out', async () => {
      const { login, expiresAt } = await (await subject.create()).loginFor(host, section, new AbortController().signal);
      if (login?.kind === 'basic')
        expect([login.user, login.password].map((text) => text.length > 0)).toEqual([true, true]);
      if (login?.kind === 'bearer') expect(login.token).not.toBe('');
      if (expiresAt !== undefined) expect(expiresAt).toBeGreaterThan(now());
    });

    it('reject a section that they cannot use', async () => {
      const credentials = await subject.create();
      const asked = Promise.resolve().then(() => credentials.loginFor(host, badSection, new AbortController().signal));
      await expect(asked).rejects.toThrow();
    });

    it('give up where they are told to', async () => {
      const credentials = await subject.create();
      const asked = Promise.resolve().then(() => credentials.loginFor(host, section, AbortSignal.abort()));
      await expect(asked).rejects.toThrow();
    });
  });
}
