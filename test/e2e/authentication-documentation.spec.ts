import { afterAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { type DocumentedCase, DocumentedStage, EXAMPLES } from './documented-logins.js';
import { DIRECTORY_CASES, endDirectory } from './documented-directory-cases.js';
import { PASSWORD_CASES } from './documented-password-cases.js';
import { endIssuers, TOKEN_CASES } from './documented-token-cases.js';
import { useServers } from './use-servers.js';

/** By the heading of the example. */
const CASES: Readonly<Record<string, DocumentedCase>> = { ...PASSWORD_CASES, ...DIRECTORY_CASES, ...TOKEN_CASES };

describe('docs/authentication.md', () => {
  it('has no example that no test runs', () => {
    expect([...EXAMPLES.keys()].sort()).toEqual(Object.keys(CASES).sort());
  });
});

describeWith({ programs: ['slapd', 'htpasswd', 'curl', 'openssl'] }, 'an example of docs/authentication.md', () => {
  const servers = useServers();
  afterAll(async () => {
    await endDirectory();
    await endIssuers();
  });

  it.each([...EXAMPLES.values()])(
    'lets in who it says, and nobody else: $heading',
    async (example) => {
      const stage = new DocumentedStage(example, servers, await servers.folder());
      const run = CASES[example.heading];
      if (!run) throw new Error('nobody runs it');
      await run(stage);
      expect(example.unused).toEqual([]);
    },
    60_000,
  );
});
