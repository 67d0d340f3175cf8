import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryCommand } from './run-command.js';
import { SERVER_ENTRY, ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const FIXTURES = join(import.meta.dirname, '../plugins');

/** Fixtures that are not broken by themselves. */
const WORKING = /^(greeter|tunable|tiny-mirror|(resolver|helper|scanner)-\w+)$/;

describe('a plugin that lies in a folder of its own', () => {
  const servers = useServers();

  /** A folder with nothing else in it than copies of fixture plugins: no package that they could find but the server's. */
  async function folderWith(...names: readonly string[]): Promise<string> {
    const folder = await servers.folder();
    for (const name of names) await cp(join(FIXTURES, name), join(folder, name), { recursive: true });
    return folder;
  }

  it('refuses through its gate and answers its route', async () => {
    const folder = await folderWith('greeter');
    const server = await servers.start({ extensions: { greeter: { plugin: './greeter' } } }, folder);
    expect((await server.request('POST', '/v2/team/forbidden/blobs/uploads/')).status).toBe(403);
    expect((await server.request('POST', '/v2/team/app/blobs/uploads/')).status).toBe(202);
    const answer = await server.request('GET', '/v2/_berth/ext/greeter');
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"hello":"world"}']);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('is done without where it cannot be constructed and guards nothing', async () => {
    const folder = await folderWith('throws-when-made');
    const server = await servers.start(
      { extensions: { 'throws-when-made': { plugin: './throws-when-made' } } },
      folder,
    );
    expect((await server.request('POST', '/v2/team/app/blobs/uploads/')).status).toBe(202);
    expect(server.output()).toContain('it cannot be made');
    await server.stop();
  });

  it('keeps the server from starting where it is broken, and `berth verify` says the same of all that are', async () => {
    const names = (await readdir(FIXTURES, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && !WORKING.test(entry.name))
      .map(({ name }) => name);
    const folder = await folderWith(...names);
    const extensions = Object.fromEntries(names.map((name) => [name, { plugin: `./${name}` }]));
    const path = await servers.configure(folder, {
      extensions: { ...extensions, 'strict-config': { plugin: './strict-config', limit: 11 } },
    });
    const { code, stderr } = await tryCommand(process.execPath, [SERVER_ENTRY, 'verify', path]);
    expect(code).toBe(78);
    const loadable = new Set(['throws-when-made', 'needs-unknown', 'fails-to-begin', 'broken-gate', 'bad-schedule']);
    for (const name of names) if (!loadable.has(name)) expect(stderr).toContain(`extensions.${name}`);
    expect(stderr).toContain('it needs a-package-that-nobody-installs');
    const server = new ServerProcess(path);
    expect(await server.exited).toMatchObject({ code: 78 });
    expect(server.errorOutput).toBe(stderr);
  });

  it('with a gate that cannot be constructed fails `berth verify`', async () => {
    const folder = await folderWith('broken-gate', 'greeter');
    const extensions = { 'broken-gate': { plugin: './broken-gate' }, greeter: { plugin: './greeter' } };
    const path = await servers.configure(folder, { extensions });
    const { code, stderr } = await tryCommand(process.execPath, [SERVER_ENTRY, 'verify', path]);
    expect(code).toBe(78);
    expect(stderr).toContain('the policy cannot be read');
    expect(stderr).not.toContain('greeter');
  });

  it('adds commands, which run over the data of a configuration and give their exit code', async () => {
    const folder = await folderWith('tunable');
    const berth = (...words: readonly string[]) => tryCommand(process.execPath, [SERVER_ENTRY, ...words]);
    for (const [volume, code] of [
      [3, 0],
      [11, 1],
    ] as const) {
      const path = await servers.configure(folder, {
        log: { level: 'warn' },
        extensions: { tunable: { plugin: './tunable', volume } },
      });
      expect(await berth('volume', path, 'now')).toEqual({
        code,
        stdout: `volume ${String(volume)} now\n`,
        stderr: '',
      });
      expect((await berth('commands', path)).stdout).toContain('print how loud it is');
      expect(await berth('loudness', path)).toMatchObject({ code: 64 });
    }
  });

  it('boots beside the sections of zot, and what does not exist yet is named', async () => {
    const extensions = { metrics: {}, sync: {}, search: {}, scrub: {}, lint: {}, trust: {} };
    const server = await servers.start({ extensions });
    const { body } = await server.request('GET', '/v2/_oci/ext/discover');
    const { extensions: found } = JSON.parse(body.toString()) as { extensions: { name: string; state: string }[] };
    expect(found.map(({ name, state }) => [name, state])).toEqual([
      ['metrics', 'enabled'],
      ['sync', 'enabled'],
      ['search', 'enabled'],
      ['scrub', 'enabled'],
      ['lint', 'enabled'],
      ['_zot', 'enabled'],
    ]);
    expect(server.output()).toContain('extensions.trust: the plugin is not built yet');
  });
});
