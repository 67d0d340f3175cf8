import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { buildDebianLayout, type DebianLayout } from './debian-image.js';
import { pollUntil } from './poll-until.js';
import { pullAndVerify } from './pull-and-verify.js';
import { type CommandResult, tryCommand } from './run-command.js';
import { SERVER_ENTRY, type ServerProcess } from './server-process.js';
import { filesBelow } from './stored-files.js';
import { rootDirectoryOf, useServers } from './use-servers.js';

const SETTINGS = { extensions: { scrub: { enable: true, interval: '1s', bytesPerSecond: '1GB' } } };
const DEADLINE = 30_000;

interface Report {
  readonly damaged: readonly { readonly digest: string; readonly state: string; readonly images: readonly object[] }[];
}

describeWith({ programs: ['skopeo', 'dpkg-query', 'tar'] }, 'a server that scrubs', () => {
  const servers = useServers();
  let server: ServerProcess;
  let layout: DebianLayout;
  let folder: string;
  let layer: Digest;

  beforeAll(async () => {
    folder = await servers.folder();
    layout = await buildDebianLayout(join(folder, 'layout'), 1_000_000);
    layer = layout.layers[0] ?? expect.fail();
    server = await servers.start(SETTINGS, folder);
    expect((await push()).code).toBe(0);
  });

  const skopeo = (...rest: readonly string[]): Promise<CommandResult> =>
    tryCommand('skopeo', ['--insecure-policy', '--tmpdir', folder, 'copy', '--all', ...rest], {
      env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
    });
  const push = (): Promise<CommandResult> =>
    skopeo('--dest-tls-verify=false', `oci:${layout.folder}:debian`, `docker://${server.host}/debian:1`);
  const pull = (name: string): Promise<CommandResult> =>
    skopeo('--src-tls-verify=false', `docker://${server.host}/debian:1`, `oci:${join(folder, name)}:debian`);
  const report = async (): Promise<Report> => {
    const { body } = await server.request('GET', '/v2/_berth/ext/scrub');
    return JSON.parse(body.toString()) as Report;
  };
  const untilStateIs = (state: string): Promise<unknown> =>
    pollUntil(`the layer is ${state}`, DEADLINE, async () =>
      (await report()).damaged.some((blob) => blob.digest === layer && blob.state === state),
    );
  const scrub = (): Promise<CommandResult> =>
    tryCommand(process.execPath, [SERVER_ENTRY, 'scrub', join(folder, 'config.json')]);

  /** Turns one bit of the stored layer over. */
  async function flip(): Promise<void> {
    const root = join(rootDirectoryOf(folder), 'blobs');
    const name = (await filesBelow(root)).find((file) => file.includes(layer.slice('sha256:'.length)));
    const path = join(root, name ?? expect.fail('the layer is not stored'));
    const bytes = await readFile(path);
    const middle = bytes.byteLength >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(path, bytes);
  }

  it('finds a flipped bit, tells of the image, and gives the layer to nobody', async () => {
    await flip();
    await untilStateIs('quarantined');

    expect((await report()).damaged).toMatchObject([{ images: [{ repository: 'debian' }, { tags: ['1'] }] }]);
    expect((await server.request('HEAD', `/v2/debian/blobs/${layer}`)).status).toBe(404);
    expect((await pull('damaged')).code).not.toBe(0);
    // The log is gathered for a moment before it is written.
    await pollUntil('the log tells of it', DEADLINE, () =>
      server.log.some(({ msg, digest }) => msg === 'a stored blob is damaged' && digest === layer),
    );
  });

  it('remembers it after a restart', async () => {
    await server.stop();
    server = await servers.start(SETTINGS, folder);

    expect((await report()).damaged).toMatchObject([{ digest: layer, state: 'quarantined' }]);
    expect((await server.request('HEAD', `/v2/debian/blobs/${layer}`)).status).toBe(404);
  });

  it('is whole again once skopeo has pushed the image again', async () => {
    expect((await push()).code).toBe(0);
    await untilStateIs('repaired');

    expect((await pull('repaired')).code).toBe(0);
    expect(await pullAndVerify(server.request, 'debian', '1')).toBeDefined();
  });

  describe('while it is stopped', () => {
    it('is scrubbed by the command, which ends with 0 where all is whole', async () => {
      await server.stop();
      const { code, stdout, stderr } = await scrub();

      expect(code).toBe(0);
      // What the configuration is warned about, and nothing else.
      expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('2h or more is sensible')]);
      expect(stdout).toContain('0 damaged');
    });

    it('is scrubbed by the command, which prints what is damaged and ends with 1', async () => {
      await flip();
      const { code, stdout } = await scrub();

      expect(code).toBe(1);
      expect(stdout).toMatch(/^REPOSITORY +TAG +STATUS +AFFECTED BLOB +ERROR$/m);
      expect(stdout).toMatch(new RegExp(`^debian +1 +damaged +${layer} +it reads as sha256:`, 'm'));
    });

    it('comes back without the layer, which the next push puts back', async () => {
      server = await servers.start(SETTINGS, folder);
      expect((await server.request('HEAD', `/v2/debian/blobs/${layer}`)).status).toBe(404);
      expect((await push()).code).toBe(0);

      expect(await pullAndVerify(server.request, 'debian', '1')).toBeDefined();
    });
  });

  it('keeps the command out while it runs', async () => {
    const { code, stderr } = await scrub();

    expect(code).toBe(1);
    expect(stderr).not.toBe('');
  });
});
