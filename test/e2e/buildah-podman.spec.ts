import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { ACCEPT, linksOf, pullAndVerify } from './pull-and-verify.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const accepting = { headers: { accept: ACCEPT } };
const withoutRoot = process.getuid?.() === 0 ? {} : ({ userNamespaces: true } as const);

describeWith({ programs: ['buildah', 'podman'], ...withoutRoot }, 'buildah and podman', () => {
  const servers = useServers();
  const content = randomBytes(100_000);
  let server: ServerProcess;
  let folder: string;
  let pushed: string;

  beforeAll(async () => {
    folder = await servers.folder();
    server = await servers.start();
    await mkdir(join(folder, 'run'));
    await writeFile(join(folder, 'content'), content);
    await writeFile(join(folder, 'policy.json'), JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    pushed = `${server.host}/built/from-scratch:1`;
  });

  /** Both programs keep everything below the test's folder, each store by itself, and run no container. */
  const run = (program: 'buildah' | 'podman', store: string, ...rest: readonly string[]): Promise<string> =>
    runCommand(
      program,
      ['--storage-driver=vfs', `--root=${join(folder, store)}`, `--runroot=${join(folder, 'run', store)}`, ...rest],
      {
        env: {
          ...process.env,
          HOME: folder,
          XDG_RUNTIME_DIR: join(folder, 'run'),
          BUILDAH_ISOLATION: 'chroot',
        },
      },
    );

  it('buildah builds an image from scratch and pushes it, and the registry gives it back whole', async () => {
    const container = (await run('buildah', 'build', 'from', 'scratch')).trim();
    await run('buildah', 'build', 'copy', container, join(folder, 'content'), '/content');
    const policy = `--signature-policy=${join(folder, 'policy.json')}`;
    await run('buildah', 'build', 'commit', policy, container, 'localhost/from-scratch');
    await run('buildah', 'build', 'push', policy, '--tls-verify=false', 'localhost/from-scratch', `docker://${pushed}`);
    expect((await pullAndVerify(server.request, 'built/from-scratch', '1'))?.blobs.size).toBe(2);
    expect(await layerContents('built/from-scratch', '1')).toSatisfy(holdsContent);
  });

  it('podman pulls it with the digest that the registry gives and pushes it on', async () => {
    const policy = `--signature-policy=${join(folder, 'policy.json')}`;
    await run('podman', 'pull', 'pull', policy, '--tls-verify=false', pushed);
    const digest = await run('podman', 'pull', 'image', 'inspect', '--format={{.Digest}}', pushed);
    const head = await server.request('HEAD', '/v2/built/from-scratch/manifests/1', accepting);
    expect(digest.trim()).toBe(head.headers['docker-content-digest']);

    const onward = `${server.host}/pushed/on:1`;
    await run('podman', 'pull', 'push', policy, '--tls-verify=false', pushed, onward);
    expect(await pullAndVerify(server.request, 'pushed/on', '1')).toBeDefined();
    expect(await layerContents('pushed/on', '1')).toSatisfy(holdsContent);
  });

  const holdsContent = (layers: readonly Buffer[]): boolean => layers.some((layer) => layer.includes(content));

  /** The unpacked archives of an image's layers. */
  async function layerContents(repository: string, tag: string): Promise<readonly Buffer[]> {
    const manifest = await server.request('GET', `/v2/${repository}/manifests/${tag}`, accepting);
    const [, ...layers] = linksOf(manifest.body).blobs;
    const blobs = layers.map((digest) => server.request('GET', `/v2/${repository}/blobs/${digest}`));
    return (await Promise.all(blobs)).map(({ body }) => (body[0] === 0x1f ? gunzipSync(body) : body));
  }
});
