import { cp, mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from './poll-until.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const FIXTURES = join(import.meta.dirname, '../plugins');
const DEADLINE = 10_000;

describe('a configuration that changes while the server runs', () => {
  const servers = useServers();
  let folder: string;

  beforeEach(async () => {
    folder = await servers.folder();
    for (const name of ['tunable', 'strict-config'])
      await cp(join(FIXTURES, name), join(folder, name), { recursive: true });
  });

  function settings(volume: unknown, more: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}) {
    return { extensions: { tunable: { plugin: './tunable', volume }, ...more } };
  }

  async function volumeOf(server: ServerProcess): Promise<unknown> {
    const { body } = await server.request('GET', '/v2/_berth/ext/tunable');
    return (JSON.parse(body.toString()) as { volume: unknown }).volume;
  }

  async function untilVolume(server: ServerProcess, volume: number): Promise<void> {
    await pollUntil(`the volume is ${String(volume)}`, DEADLINE, async () => (await volumeOf(server)) === volume);
  }

  async function untilLogged(server: ServerProcess, text: string): Promise<void> {
    await pollUntil(`the log says ${text}`, DEADLINE, () => server.output().includes(text));
  }

  it('reaches a plugin that takes changes, without a restart', async () => {
    const server = await servers.start(settings(1), folder);
    expect(await volumeOf(server)).toBe(1);
    await servers.configure(folder, settings(5));
    await untilVolume(server, 5);
  });

  it('is read when Kubernetes swaps the folder behind its link', async () => {
    for (const [name, volume] of [
      ['..one', 1],
      ['..two', 6],
    ] as const) {
      await mkdir(join(folder, name));
      await rename(
        await servers.configure(folder, { extensions: { tunable: { plugin: join(folder, 'tunable'), volume } } }),
        join(folder, name, 'config.json'),
      );
    }
    await symlink('..one', join(folder, '..data'));
    await symlink('..data/config.json', join(folder, 'config.json'));
    const server = await servers.serve(join(folder, 'config.json'));
    expect(await volumeOf(server)).toBe(1);
    await symlink('..two', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await untilVolume(server, 6);
  });

  it('keeps the old one where the new one is not valid, and says everything that is wrong with it', async () => {
    const server = await servers.start(settings(1), folder);
    await servers.configure(folder, { ...settings('loud'), http: { idleTimeout: 5 } });
    await untilLogged(server, '"http.idleTimeout"');
    await servers.configure(folder, settings('loud'));
    await untilLogged(server, '"extensions.tunable.volume"');
    expect(await volumeOf(server)).toBe(1);
    await servers.configure(folder, settings(2));
    await untilVolume(server, 2);
  });

  it('needs a restart where a plugin comes or goes, takes no changes, or the core is concerned, and the log says so', async () => {
    const strict = { plugin: './strict-config', limit: 1 };
    const server = await servers.start(settings(1, { 'strict-config': strict }), folder);
    await servers.configure(folder, {
      ...settings(1, { 'strict-config': { ...strict, limit: 2 }, lint: {} }),
      http: { idleTimeout: '5s' },
    });
    await untilLogged(server, 'extensions.strict-config has changed, and the plugin takes changes at the start only');
    await untilLogged(server, 'extensions.lint is enabled: this takes effect after a restart');
    await untilLogged(server, 'http.idleTimeout has changed');
    await servers.configure(folder, settings(1));
    await untilLogged(server, 'extensions.strict-config is disabled: this takes effect after a restart');
  });

  it('is read again on SIGHUP, and a plugin that throws keeps what it had', async () => {
    const server = await servers.start(settings(3), folder);
    await servers.configure(folder, settings(7));
    await untilLogged(server, 'seven is too much for it');
    expect(await volumeOf(server)).toBe(3);
    server.signal('SIGHUP');
    await pollUntil('it was tried again', DEADLINE, () => server.output().split('seven is too much for it').length > 3);
    expect(server.ended).toBe(false);
  });
});
