import { anImage, FakeUpstream } from '@berth/testkit';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { Docker } from './docker-process.js';
import { REGISTRIES, type Registry, settingsOfPage, tarOf, textOf } from './mirror-examples.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { type ServerSettings, useServers } from './use-servers.js';

const NEEDS = { programs: ['docker', 'dockerd', 'htpasswd', 'tar'], root: true, controlGroups: true } as const;
const SLOW = 60_000;
const REFUSED = /denied|unauthorized|authentication required|no basic auth credentials/;

describeWith(NEEDS, 'docker, with its daemon,', () => {
  const servers = useServers();
  let docker: Docker;

  beforeAll(async () => {
    docker = await Docker.start();
  }, SLOW);
  afterAll(() => docker.stop());

  it('pushes an image, has nothing to send the second time, and pulls the same one', async () => {
    const server = await servers.start();
    const image = `${server.host}/team/app:1`;
    await docker.create(image, 'pushed');
    const pushed = await docker.succeed('push', image);
    const [digest = ''] = /sha256:[0-9a-f]{64}/.exec(pushed) ?? [];
    const held = await server.request('HEAD', '/v2/team/app/manifests/1');
    expect(held.headers['docker-content-digest']).toBe(digest);
    expect(await docker.succeed('push', image)).toContain('Layer already exists');
    await docker.succeed('rmi', image);
    expect(await docker.succeed('pull', image)).toContain(`Digest: ${digest}`);
  });

  it('mounts a layer that another repository of the registry has', async () => {
    const server = await servers.start();
    const [first, second] = [`${server.host}/team/one:1`, `${server.host}/team/two:1`];
    await docker.create(first, 'shared');
    await docker.succeed('push', first);
    await docker.succeed('tag', first, second);
    expect(await docker.succeed('push', second)).toContain('Mounted from team/one');
  });

  it('pulls without a login where everyone may read, and pushes after one', async () => {
    const folder = await servers.folder();
    const users = join(folder, 'htpasswd');
    await runCommand('htpasswd', ['-bc', users, 'admin', 'admin']);
    const server = await servers.start(
      {
        http: {
          auth: { htpasswd: { path: users } },
          accessControl: {
            repositories: { 'public/**': { anonymousPolicy: ['read'] } },
            adminPolicy: { users: ['admin'], actions: ['read', 'create', 'update', 'delete'] },
          },
        },
      },
      folder,
    );
    const [open, closed] = [`${server.host}/public/app:1`, `${server.host}/private/app:1`];
    await docker.create(open, 'guarded');
    await docker.succeed('tag', open, closed);
    expect((await docker.run('push', open)).stderr).toMatch(REFUSED);

    const login = (password: string): ReturnType<Docker['run']> =>
      docker.run('login', '--username=admin', `--password=${password}`, server.host);
    expect(await login('wrong')).toMatchObject({ code: 1 });
    expect(await login('admin')).toMatchObject({ code: 0 });
    for (const image of [open, closed]) await docker.succeed('push', image);

    await docker.succeed('logout', server.host);
    for (const image of [open, closed]) await docker.succeed('rmi', image);
    expect(await docker.run('pull', open)).toMatchObject({ code: 0 });
    expect((await docker.run('pull', closed)).stderr).toMatch(REFUSED);
    await login('admin');
    expect(await docker.run('pull', closed)).toMatchObject({ code: 0 });
  });
});

describeWith(NEEDS, 'docker by daemon.json of docs/mirror.md', () => {
  const servers = useServers();
  const stopping: (() => Promise<unknown>)[] = [];

  afterAll(() => Promise.all(stopping.map((stop) => stop())));

  it(
    'pulls an image of Docker Hub from the mirror, and nothing from anywhere else',
    async () => {
      const folder = await servers.folder();
      const hub = await FakeUpstream.start();
      stopping.push(() => hub.close());
      const image = anImage()
        .withLayers(0)
        .withLayer(await tarOf(folder))
        .build();
      hub.has('library/app', image, '1');
      const server = await startMirror(folder, hub.url);
      const settings = textOf('daemon.json').replace('https://docker.mirror.example.com', hostAliasOf(server));
      const docker = await Docker.start(settings);
      stopping.push(() => docker.stop());

      expect(await docker.succeed('pull', 'app:1')).toContain(`Digest: ${image.digest}`);
      hub.requests.length = 0;
      await docker.succeed('rmi', 'app:1');
      await docker.succeed('pull', 'app:1');
      expect(hub.requests).toEqual([]);
    },
    SLOW,
  );

  it(
    'pulls it by a token for nobody known where the mirror has users',
    async () => {
      const folder = await servers.folder();
      const hub = await FakeUpstream.start();
      stopping.push(() => hub.close());
      const image = anImage()
        .withLayers(0)
        .withLayer(await tarOf(folder))
        .build();
      hub.has('library/app', image, '1');
      const users = join(folder, 'htpasswd');
      await runCommand('htpasswd', ['-bc', users, 'admin', 'admin']);
      const server = await startMirror(folder, hub.url, {
        auth: { htpasswd: { path: users } },
        accessControl: { repositories: { '**': { anonymousPolicy: ['read'] } } },
      });
      const settings = textOf('daemon.json').replace('https://docker.mirror.example.com', hostAliasOf(server));
      const docker = await Docker.start(settings);
      stopping.push(() => docker.stop());
      expect(await docker.succeed('pull', 'app:1')).toContain(`Digest: ${image.digest}`);
    },
    SLOW,
  );

  /** As the page configures it; `localhost` stands for the name that docker knows the mirror by. */
  async function startMirror(folder: string, hub: string, http: ServerSettings['http'] = {}): Promise<ServerProcess> {
    const credentials = join(folder, 'credentials.json');
    await writeFile(credentials, '{}');
    const urls = Object.fromEntries(REGISTRIES.map((name) => [name, hub])) as Record<Registry, string>;
    const page = JSON.stringify(settingsOfPage(urls, credentials)).replace('docker.mirror.example.com', 'localhost');
    return servers.start({ ...(JSON.parse(page) as ServerSettings), http }, folder);
  }

  const hostAliasOf = (server: ServerProcess): string => `http://localhost:${new URL(server.url).port}`;
});
