import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, FakeUpstream } from '@berth/testkit';
import { hashSync } from 'bcrypt';
import { parse as readToml } from 'smol-toml';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { describeWith, itWith } from '../requirements/requires.js';
import { Containerd } from './containerd-process.js';
import {
  EXAMPLES,
  PAGE,
  read,
  REGISTRIES,
  type Registry,
  settingsOfPage,
  tarOf,
  textOf,
  writeExamples,
} from './mirror-examples.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { type ServerSettings, useServers } from './use-servers.js';

/** What is not for 127.0.0.1 goes nowhere: a client that leaves the mirror aside must not reach the real registry. */
const NOWHERE = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
const MIRROR = 'https://mirror.example.com';

describe('the examples of docs/mirror.md for clients', () => {
  it.each(EXAMPLES)('%s can be read, and the page has it or its server', (example) => {
    const content = read(example) as { readonly server?: string };
    const [, folder = '', file = ''] = /^certs\.d\/(.+)\/(.+)$/.exec(example) ?? [];
    if (file === '') expect(PAGE).toContain(`\n${textOf(example)}\`\`\``);
    else expect(PAGE).toContain(`| [${folder}](examples/mirror/${example}) | \`${String(content.server)}\` |`);
    expect(PAGE).toContain(`(examples/mirror/${example})`);
  });

  it('name all registries that the page mirrors, and no other', () => {
    expect(EXAMPLES).toHaveLength(REGISTRIES.length + 4);
    const registries = settingsOfPage({ ...FAKES }, '')['extensions']?.['sync']?.['registries'];
    expect((registries as { namespaces: string[] }[]).flatMap(({ namespaces }) => namespaces)).toEqual(REGISTRIES);
    for (const name of REGISTRIES)
      expect(read(`certs.d/${name}/hosts.toml`)).toEqual({
        server: `https://${name === 'docker.io' ? 'registry-1.docker.io' : name}`,
        host: { [MIRROR]: { capabilities: ['pull', 'resolve'] } },
      });
    expect(read('registries.conf')).toEqual({
      registry: REGISTRIES.map((name) => ({ location: name, mirror: [{ location: `mirror.example.com/${name}` }] })),
    });
    expect(read('registries.yaml')).toEqual({
      mirrors: Object.fromEntries(REGISTRIES.map((name) => [name, { endpoint: [MIRROR] }])),
    });
    expect(PAGE).toContain(textOf('certs.d/registry.k8s.io/hosts.toml'));
  });

  it('give the node of kind the folder that its containerd looks into', () => {
    const { containerdConfigPatches, nodes } = read('kind.yaml') as {
      readonly containerdConfigPatches: readonly string[];
      readonly nodes: readonly { readonly extraMounts: readonly { readonly containerPath: string }[] }[];
    };
    const [mount] = nodes.flatMap(({ extraMounts }) => extraMounts);
    expect(containerdConfigPatches.map((patch) => readToml(patch))).toEqual([
      { plugins: { 'io.containerd.grpc.v1.cri': { registry: { config_path: mount?.containerPath } } } },
    ]);
  });
});

const FAKES = Object.fromEntries(REGISTRIES.map((name) => [name, `http://${name}`])) as Record<Registry, string>;

const ADMIN = 'admin:admin';
/** Bcrypt of that password, with the least work. */
const USERS = `admin:${hashSync('admin', 4)}\n`;

type Http = NonNullable<ServerSettings['http']>;

const OPEN = (): Http => ({});
/** Everyone may read what is mirrored, for which some clients fetch a token. */
const READ_BY_ALL = (folder: string): Http => ({
  auth: { htpasswd: { path: join(folder, 'htpasswd') } },
  accessControl: {
    repositories: Object.fromEntries(REGISTRIES.map((name) => [`${name}/**`, { anonymousPolicy: ['read'] }])),
    adminPolicy: { users: ['admin'] },
  },
});

describe.each([
  ['without users', OPEN],
  ['that everyone may read from', READ_BY_ALL],
])('a mirror as docs/mirror.md configures it, %s,', (_, http) => {
  const servers = useServers();
  const upstreams = new Map<Registry, { readonly fake: FakeUpstream; readonly image: BuiltManifest }>();
  let folder: string;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = await servers.folder();
    const layer = await tarOf(folder);
    const urls = { ...FAKES };
    for (const name of REGISTRIES) {
      const fake = await FakeUpstream.start();
      const image = anImage().withLayers(0).withLayer(layer).withLabels({ registry: name }).build();
      fake.has('library/app', image, '1');
      upstreams.set(name, { fake, image });
      urls[name] = fake.url;
    }
    await writeFile(join(folder, 'credentials.json'), '{}');
    await writeFile(join(folder, 'htpasswd'), USERS);
    const settings = settingsOfPage(urls, join(folder, 'credentials.json'));
    server = await servers.start({ ...settings, http: http(folder) }, folder);
    await writeExamples(folder, server.host);
    await mkdir(join(folder, '.config/containers'), { recursive: true });
    await copyFile(join(folder, 'registries.conf'), join(folder, '.config/containers/registries.conf'));
  });
  beforeEach(() => {
    for (const { fake } of upstreams.values()) fake.requests.length = 0;
  });
  afterAll(() => Promise.all([...upstreams.values()].map(({ fake }) => fake.close())));

  const of = (name: Registry): { readonly fake: FakeUpstream; readonly image: BuiltManifest } =>
    upstreams.get(name) ?? expect.fail(name);
  const asked = (): readonly string[] => REGISTRIES.filter((name) => of(name).fake.requests.length > 0);

  /** Each client has the mirror as it was at the start: nothing of the upstream is held. */
  const forget = async (name: Registry): Promise<void> => {
    const path = `/v2/${name}/library/app/manifests/${of(name).image.digest}`;
    const headers = { authorization: `Basic ${Buffer.from(ADMIN).toString('base64')}` };
    await server.request('DELETE', path, { headers });
    of(name).fake.requests.length = 0;
  };

  describeWith({ programs: ['containerd', 'ctr', 'tar'], root: true }, 'gives containerd, by its hosts.toml,', () => {
    let containerd: Containerd;

    beforeAll(async () => {
      containerd = await Containerd.start();
    }, 60_000);
    afterAll(() => containerd.stop());

    it.each(REGISTRIES)('an image of %s by the name it has there', async (name) => {
      await forget(name);
      expect(await containerd.fetchBy(join(folder, 'certs.d'), `${name}/library/app:1`, NOWHERE)).toMatchObject({
        code: 0,
      });
      expect((await containerd.ctr('content', 'ls', '-q')).stdout).toContain(of(name).image.digest);
      expect(asked()).toEqual([name]);
    });
  });

  describe('gives by registries.conf', () => {
    const environment = (): NodeJS.ProcessEnv => ({
      ...process.env,
      ...NOWHERE,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
    });

    describeWith({ programs: ['skopeo', 'tar'] }, 'skopeo', () => {
      it.each(REGISTRIES)('an image of %s by the name it has there', async (name) => {
        await forget(name);
        const words = ['--insecure-policy', 'inspect', '--raw', `docker://${name}/library/app:1`];
        const raw = await runCommand('skopeo', words, { env: environment() });
        expect(raw).toBe(of(name).image.manifest.toString());
        expect(asked()).toEqual([name]);
      });
    });

    const withoutRoot = process.getuid?.() === 0 ? {} : ({ userNamespaces: true } as const);
    itWith({ programs: ['podman', 'tar'], ...withoutRoot }, 'podman an image with its layers', async () => {
      await forget('registry.k8s.io');
      const policy = join(folder, 'policy.json');
      await writeFile(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
      const store = ['--storage-driver=vfs', `--root=${join(folder, 'store')}`, `--runroot=${join(folder, 'run')}`];
      const podman = (...words: readonly string[]): Promise<string> =>
        runCommand('podman', [...store, ...words], { env: environment() });
      const name = 'registry.k8s.io/library/app:1';
      await podman('pull', `--signature-policy=${policy}`, name);
      const digest = await podman('image', 'inspect', '--format={{.Digest}}', name);
      expect(digest.trim()).toBe(of('registry.k8s.io').image.digest);
      expect(asked()).toEqual(['registry.k8s.io']);
    });
  });

  it("gives dockerd an image of Docker Hub, where it asks by the mirror's name and says nothing more", async () => {
    await forget('docker.io');
    const { 'registry-mirrors': mirrors } = read('daemon.json') as { readonly 'registry-mirrors': readonly string[] };
    for (const mirror of mirrors) {
      const headers = { host: new URL(mirror).host };
      const answer = await server.request('GET', '/v2/library/app/manifests/1', { headers });
      expect([answer.status, answer.headers['docker-content-digest']]).toEqual([200, of('docker.io').image.digest]);
    }
    expect([mirrors.length, asked()]).toEqual([1, ['docker.io']]);
  });

  it.each(REGISTRIES)(
    'gives the containerd of k3s an image of %s by the endpoint that is there for it',
    async (name) => {
      await forget(name);
      const { mirrors } = read('registries.yaml') as {
        readonly mirrors: Readonly<Record<string, { readonly endpoint: readonly string[] }>>;
      };
      const [endpoint = ''] = mirrors[name]?.endpoint ?? [];
      const { pathname } = new URL(endpoint);
      const answer = await server.request('GET', `${pathname}v2/library/app/manifests/1?ns=${name}`);
      expect([answer.status, answer.headers['docker-content-digest']]).toEqual([200, of(name).image.digest]);
      expect(asked()).toEqual([name]);
    },
  );
});
