import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { buildDebianLayout, type DebianLayout } from './debian-image.js';
import { freePort } from './free-port.js';
import { jsonIn } from './json-in.js';
import { blobPath } from './oci-layout.js';
import { pollUntil } from './poll-until.js';
import { pullAndVerify } from './pull-and-verify.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { socketRequest } from './socket-request.js';
import { filesBelow } from './stored-files.js';
import { rootDirectoryOf, useServers } from './use-servers.js';

const DEADLINE = 30_000;
/** The lease of a job that a killed server ran holds for a minute. */
const LEASE_DEADLINE = 100_000;

interface Run {
  readonly outcome: string | null;
  readonly tags: Readonly<Record<string, number>>;
}

const servers = useServers();

async function lastRun(server: ServerProcess): Promise<Run | null> {
  const { body } = await server.request('GET', '/v2/_berth/ext/sync');
  const { upstreams } = jsonIn<{ upstreams: readonly { periodic: { run: Run | null } }[] }>(body.toString());
  return upstreams[0]?.periodic.run ?? null;
}

function untilRunSucceeded(server: ServerProcess, deadline = DEADLINE): Promise<unknown> {
  return pollUntil('a run has succeeded', deadline, async () => (await lastRun(server))?.outcome === 'succeeded');
}

/** Bytes; 0 for one that has become a blob meanwhile. */
async function sizeOf(upload: string): Promise<number> {
  try {
    return (await stat(upload)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

describe('a server that is killed in the middle of a run', () => {
  it('goes on after it starts again: nothing that it has is fetched twice, and of a blob only what is missing', async () => {
    const upstream = await FakeUpstream.start();
    const done = anImage().build();
    const big = anImage().withLayerSize(3_000_000).build();
    const [, layer] = big.blobs;
    upstream.has('a/done', done, '1');
    upstream.has('b/big', big, '1');
    const folder = await servers.folder();
    const registries = [{ urls: [upstream.url], pollInterval: '2s', content: [{ prefix: '**' }] }];
    const settings = { extensions: { sync: { registries } } };
    upstream.behaviour = { bytesPerSecond: 500_000 };

    const first = await servers.start(settings, folder);
    const uploads = join(rootDirectoryOf(folder), 'uploads');
    await pollUntil('half a megabyte has come', DEADLINE, async () => {
      const files = await filesBelow(uploads).catch(() => []);
      const sizes = await Promise.all(files.map((file) => sizeOf(join(uploads, file))));
      return sizes.some((size) => size > 500_000);
    });
    expect((await first.request('GET', '/v2/b/big/manifests/1')).status).toBe(404);
    await first.kill();
    upstream.behaviour = {};

    const second = await servers.start(settings, folder);
    await untilRunSucceeded(second, LEASE_DEADLINE);
    for (const { digest } of done.blobs) expect(upstream.count('GET', new RegExp(digest))).toBe(1);
    const asked = upstream.requests.filter(({ path }) => path.endsWith(layer?.digest ?? 'none'));
    const ranges = asked.map(({ headers }) => headers.range ?? 'all');
    expect(ranges).toEqual(['all', expect.stringMatching(/^bytes=[1-9]\d*-$/)]);

    await upstream.close();
    for (const name of ['a/done', 'b/big']) expect(await pullAndVerify(second.request, name, '1')).toBeDefined();
  });
});

describeWith(
  { programs: ['skopeo', 'docker-registry', 'dpkg-query', 'tar'] },
  'a periodic mirror of docker-registry',
  () => {
    let folder: string;
    let layout: DebianLayout;
    let upstream: ChildProcess;
    let mirror: ServerProcess;

    const skopeo = (...rest: readonly string[]): Promise<string> =>
      runCommand('skopeo', ['--insecure-policy', '--tmpdir', folder, 'copy', '--all', ...rest], {
        env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
      });

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
      for (const name of ['debian/root:1', 'debian/root:2', 'tools/root:1'])
        await skopeo('--dest-tls-verify=false', `oci:${layout.folder}:debian`, `docker://127.0.0.1:${port}/${name}`);
      const registries = [
        {
          urls: [`http://127.0.0.1:${port}`],
          pollInterval: '1s',
          content: [{ prefix: 'debian/*', destination: '/mirror', tags: { regex: '^1$' } }, { prefix: 'tools/root' }],
        },
      ];
      mirror = await servers.start({ extensions: { sync: { registries } } });
      await untilRunSucceeded(mirror);
      upstream.kill();
      await once(upstream, 'close');
    });

    afterAll(() => {
      upstream.kill();
    });

    it('gives skopeo everything that the rules take, byte for byte, once its upstream is stopped', async () => {
      for (const name of ['mirror/debian/root', 'tools/root']) {
        const target = join(folder, name.replaceAll('/', '-'));
        await skopeo('--src-tls-verify=false', `docker://${mirror.host}/${name}:1`, `oci:${target}:debian`);
        for (const digest of layout.digests) {
          const [pulled, built] = await Promise.all(
            [target, layout.folder].map((at) => readFile(blobPath(at, digest))),
          );
          expect(pulled?.equals(built ?? Buffer.alloc(0)), digest).toBe(true);
        }
      }
    });

    it('has nothing that they do not take', async () => {
      expect((await mirror.request('GET', '/v2/mirror/debian/root/manifests/2')).status).toBe(404);
      expect((await mirror.request('GET', '/v2/debian/root/manifests/1')).status).toBe(404);
    });

    it('tells of a run that fails, and serves none the less', async () => {
      await pollUntil('a run has failed', DEADLINE, async () => (await lastRun(mirror))?.outcome === 'failed');
      expect((await mirror.request('GET', '/v2/tools/root/manifests/1')).headers['warning']).toBeUndefined();
    });
  },
);
