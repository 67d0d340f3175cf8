import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { runCommand } from './run-command.js';
import { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Nothing is asked of a registry: whatever is not in npm's cache is missing. */
const OFFLINE = ['--offline', '--no-audit', '--no-fund', '--loglevel', 'error'];

const PACKAGE = 'berth-plugin-quota-x';

describeWith({ npmCache: true }, 'a plugin from outside of the repository', () => {
  const servers = useServers();
  const running: ServerProcess[] = [];
  let folder = '';

  const at = (path: string): string => join(folder, path);
  const entry = (): string => at('server/node_modules/berth/dist/main.js');
  const repository = (): string => at('plugins/quota-x');

  function npm(cwd: string, ...args: readonly string[]): Promise<string> {
    // What npm links for the whole machine goes below the folder too.
    const env = { ...process.env, npm_config_prefix: at('global'), INIT_CWD: cwd };
    return runCommand('npm', args, { cwd, env });
  }

  beforeAll(async () => {
    folder = await servers.folder();
    for (const name of ['server', 'plugins', 'by-path', 'by-name', 'by-link', 'global/lib']) {
      await mkdir(at(name), { recursive: true });
    }
    // Else npm looks for a package further up.
    for (const name of ['server', 'by-link']) await writeFile(at(`${name}/package.json`), '{}');
    const packed = await runCommand(process.execPath, [join(REPOSITORY, 'tools/package.ts'), '--out', at('tarball')]);
    await npm(at('server'), 'install', ...OFFLINE, packed.trim());
  });

  afterAll(() => Promise.all(running.map((server) => server.kill())));

  /** Serves with the installed Berth from the folder `name`, and sees that the plugin refuses and answers. */
  async function serveAndTry(name: string, plugin: string): Promise<void> {
    const extensions = { 'quota-x': { plugin, forbidden: ['private'] } };
    const server = new ServerProcess(await servers.configure(at(name), { extensions }), entry());
    running.push(server);
    await server.ready();
    const refused = await server.request('POST', '/v2/private/app/blobs/uploads/');
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ errors: [{ detail: { forbidden: 'private' } }] });
    expect((await server.request('POST', '/v2/team/app/blobs/uploads/')).status).toBe(202);
    const answer = await server.request('GET', '/v2/_berth/ext/quota-x/refusals');
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"refused":1}']);
    await server.stop();
  }

  it('is made by an installed Berth, and installs, tests and packs itself offline', async () => {
    await runCommand(process.execPath, [entry(), 'plugin', 'new', 'quota-x', repository()]);
    await npm(repository(), 'ci', ...OFFLINE);
    expect(await npm(repository(), 'test')).toMatch(/Tests .*passed/);
    const berth = join(repository(), 'node_modules/berth/dist/main.js');
    const packed = await runCommand(process.execPath, [berth, 'plugin', 'pack', repository(), '--out', at('anywhere')]);
    expect(packed.trim()).toBe(at('anywhere'));
  });

  it('guards and answers from a folder that lies anywhere', async () => {
    await serveAndTry('by-path', '../anywhere');
  });

  it('guards and answers as a package beside Berth', async () => {
    const tarball = await npm(at('anywhere'), 'pack', ...OFFLINE, '--pack-destination', at('tarball'));
    await npm(at('server'), 'install', ...OFFLINE, join(at('tarball'), tarball.trim()));
    await serveAndTry('by-name', PACKAGE);
  });

  it('guards and answers as a link to its repository', async () => {
    await npm(repository(), 'link', ...OFFLINE);
    await npm(at('by-link'), 'link', ...OFFLINE, PACKAGE);
    await serveAndTry('by-link', PACKAGE);
  });
});
