import { afterAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { as, basic, type DocumentedCase, DocumentedStage, EXAMPLES } from './documented-logins.js';
import { DIRECTORY_CASES, endDirectory } from './documented-directory-cases.js';
import { PASSWORD_CASES } from './documented-password-cases.js';
import { endIssuers, TOKEN_CASES } from './documented-token-cases.js';
import { configFile, examplesOf, PageExample } from './page-examples.js';
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

describeWith({ programs: ['htpasswd', 'curl'] }, 'who everyone may read from, and one administrator may change', () => {
  const servers = useServers();
  const readme = examplesOf('README.md').get('Who may do what');
  const mirror = new PageExample('mirror.json', [configFile('mirror.json')], []);

  it.each([
    ['README.md', readme],
    ['config/mirror.json', mirror],
  ])('is served as %s says', async (_, example) => {
    if (!readme || !example) throw new Error('there is no such example');
    const folder = await servers.folder();
    const stage = new DocumentedStage(example, servers, folder);
    const users = new DocumentedStage(readme, servers, folder);
    await users.type(0);
    await stage.start([], { address: '127.0.0.1', port: 0 });
    await stage.push('app', basic('admin', 'admin'));
    const [tags, manifest] = ['/v2/app/tags/list', '/v2/app/manifests/1'];
    expect(await stage.status(tags)).toBe(200);
    expect(await stage.status(manifest, '-X', 'DELETE')).toBe(401);
    expect(await stage.status(manifest, '-X', 'DELETE', ...as('admin', 'wrong'))).toBe(401);
    expect(await stage.status(manifest, '-X', 'DELETE', ...as('admin', 'admin'))).toBe(202);
  });
});
