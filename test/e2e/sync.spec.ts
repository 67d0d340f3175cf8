import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { buildDebianLayout, type DebianLayout } from './debian-image.js';
import { blobPath } from './oci-layout.js';
import { pollUntil } from './poll-until.js';
import { pullAndVerify } from './pull-and-verify.js';
import { RecordingProxy } from './recording-proxy.js';
import { runCommand, tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { socketRequest } from './socket-request.js';
import { useServers } from './use-servers.js';

const DEADLINE = 20_000;

/** A port that was free a moment ago: docker-registry does not say which one it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : expect.fail();
}

describeWith({ programs: ['skopeo', 'docker-registry', 'dpkg-query', 'tar'] }, 'a mirror of docker-registry', () => {
  const servers = useServers();
  let folder: string;
  let layout: DebianLayout;
  let upstream: ChildProcess;
  let proxy: RecordingProxy;
  let mirror: ServerProcess;

  beforeAll(async () => {
    folder = await servers.folder();
    layout = await buildDebianLayout(join(folder, 'layout'), 1_000_000);
    const port = await freePort();
    await mkdir(join(folder, 'upstream'));
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(folder, 'upstream') } },
      http: { addr: `127.0.0.1:${port}` },
    };
    // JSON is YAML.
    await writeFile(join(folder, 'upstream.yml'), JSON.stringify(config));
    upstream = spawn('docker-registry', ['serve', join(folder, 'upstream.yml')], { stdio: 'ignore' });
    const request = socketRequest(`http://127.0.0.1:${port}`);
    await pollUntil('docker-registry answers', DEADLINE, async () => {
      const response = await request('GET', '/v2/').catch(() => undefined);
      return response?.status === 200;
    });
    await skopeo('--dest-tls-verify=false', `oci:${layout.folder}:debian`, `docker://127.0.0.1:${port}/debian/root:1`);
    proxy = await RecordingProxy.start(`http://127.0.0.1:${port}`);
    mirror = await servers.start({
      extensions: {
        sync: { registries: [{ urls: [`http://${proxy.host}`], onDemand: true, namespaces: ['debian.example'] }] },
      },
    });
  });

  afterAll(async () => {
    upstream.kill();
    await proxy.close();
  });

  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder });
  const skopeo = (...rest: readonly string[]): Promise<string> =>
    runCommand('skopeo', ['--insecure-policy', '--tmpdir', folder, 'copy', '--all', ...rest], { env: environment() });
  const pullTo = (name: string): Promise<string> =>
    skopeo(
      '--src-tls-verify=false',
      `docker://${mirror.host}/debian.example/debian/root:1`,
      `oci:${join(folder, name)}:debian`,
    );

  it('gives skopeo an image that it has not, byte for byte', async () => {
    await pullTo('first');
    for (const digest of layout.digests) {
      const [pulled, built] = await Promise.all(
        [join(folder, 'first'), layout.folder].map((at) => readFile(blobPath(at, digest))),
      );
      expect(pulled?.equals(built ?? Buffer.alloc(0)), digest).toBe(true);
    }
  });

  it('gives it a second time without a request upstream', async () => {
    proxy.clear();
    await pullTo('second');
    expect(proxy.exchanges).toEqual([]);
  });

  it('gives it by ?ns= to whoever speaks as containerd does', async () => {
    const { status } = await mirror.request('GET', '/v2/debian/root/manifests/1?ns=debian.example');
    expect(status).toBe(200);
    expect((await mirror.request('GET', '/v2/debian/root/manifests/1?ns=other.example')).status).toBe(404);
  });

  describe('whose upstream is gone', () => {
    beforeAll(async () => {
      upstream.kill();
      await once(upstream, 'close');
    });

    it('gives what it holds', async () => {
      await pullTo('third');
      expect(await pullAndVerify(mirror.request, 'debian.example/debian/root', '1')).toBeDefined();
    });

    it('lets skopeo fail soon for what it does not hold', async () => {
      const began = performance.now();
      const { code, stderr } = await tryCommand(
        'skopeo',
        ['--insecure-policy', 'inspect', '--tls-verify=false', `docker://${mirror.host}/debian.example/debian/other:1`],
        { env: environment() },
      );
      expect([code, stderr]).toEqual([1, expect.stringMatching(/50[234]|upstream/)]);
      expect(performance.now() - began).toBeLessThan(10_000);
    });
  });
});
