import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltManifest } from '../kit/builders/built-manifest.js';
import { describeWith } from '../requirements/requires.js';
import { ARTICLE, articleExtensions } from './article-settings.js';
import { dockerPush } from './docker-push.js';
import { pollUntil } from './poll-until.js';
import { ACCEPT, pullAndVerify } from './pull-and-verify.js';
import { runCommand, tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import type { SocketRequest } from './socket-request.js';
import { useServers } from './use-servers.js';

const DEADLINE = 10_000;
const ADMIN = 'admin:admin';
const ENCODED = Buffer.from(ADMIN).toString('base64');
const TAGS = ['v1.26.0', 'v1.26.1', 'v1.26.2'] as const;

/** One story: each chapter goes on where the one before has ended. */
describeWith({ programs: ['htpasswd', 'skopeo', 'curl'] }, 'the mirror of the article', () => {
  const servers = useServers();
  const imageOf = (layers: number): BuiltManifest => anImage().withMediaTypes('docker').withLayers(layers).build();
  const [proxy, pause, coredns] = [imageOf(1), imageOf(2), imageOf(3)];
  let folder: string;
  let gcr: FakeUpstream;
  let k8s: FakeUpstream;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = await servers.folder();
    [gcr, k8s] = [await FakeUpstream.start(), await FakeUpstream.start()];
    // Both have everything: which one is asked is told by their requests alone.
    for (const upstream of [gcr, k8s]) {
      for (const tag of TAGS) upstream.has('kube-proxy', proxy, tag);
      upstream.has('google-containers/pause', pause, '3.9');
      upstream.has('coredns/coredns', coredns, 'v1.9.3');
    }
    const users = join(folder, 'htpasswd');
    await runCommand('htpasswd', ['-bc', users, 'admin', 'admin']);
    server = await servers.start(
      {
        http: {
          auth: { htpasswd: { path: users } },
          accessControl: {
            repositories: { '**': { anonymousPolicy: ['read'] } },
            adminPolicy: { users: ['admin'], actions: ['read', 'create', 'update', 'delete'] },
          },
        },
        log: { audit: join(folder, 'audit.log') },
        extensions: articleExtensions({ [ARTICLE.gcr]: gcr.url, [ARTICLE.k8s]: k8s.url }),
      },
      folder,
    );
  });
  afterAll(() => Promise.all([gcr.close(), k8s.close()]));

  const asked = (): Record<'gcr' | 'k8s', readonly string[]> => {
    const [ofGcr, ofK8s] = [gcr, k8s].map(({ requests }) =>
      requests.splice(0).map(({ method, path }) => `${method} ${path.replace(/sha256:.*/, '<digest>')}`),
    );
    return { gcr: ofGcr ?? [], k8s: ofK8s ?? [] };
  };
  const at = (path: string): string => `${server.url}/v2/${path}`;
  const curl = async (...words: readonly string[]): Promise<number> =>
    Number(await runCommand('curl', ['-s', '-o', join(folder, 'answer'), '-w', '%{http_code}', ...words]));
  const skopeo = (...words: readonly string[]): Promise<string> => runCommand('skopeo', skopeoWords(words), inFolder());
  const skopeoWords = (words: readonly string[]): readonly string[] => [
    '--insecure-policy',
    '--tmpdir',
    folder,
    ...words,
  ];
  const inFolder = (): { readonly env: NodeJS.ProcessEnv } => ({
    env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, REGISTRY_AUTH_FILE: join(folder, 'auth.json') },
  });
  const tagsOf = async (repository: string): Promise<unknown> =>
    JSON.parse((await server.request('GET', `/v2/${repository}/tags/list`)).body.toString());
  const untilLogged = (line: Readonly<Record<string, unknown>>): Promise<unknown> =>
    pollUntil(`the log has ${JSON.stringify(line)}`, DEADLINE, () =>
      server.log.some((one) => Object.entries(line).every(([key, value]) => one[key] === value)),
    );

  it('runs with its five sections, all of which are built', () => {
    expect(server.log.find(({ event }) => event === 'plugins')?.['enabled']).toEqual([
      'metrics',
      'search',
      'lint',
      'scrub',
      'sync',
    ]);
    const warnings = server.log.filter(({ level }) => Number(level) >= 40).map(({ msg }) => msg);
    expect(warnings.filter((text) => String(text).includes('not built'))).toEqual([]);
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  describe('for somebody without a login', () => {
    it.each([
      { how: 'with ?ns=', of: 'kube-proxy:v1.26.0', ns: 'registry.k8s.io', image: proxy, source: 'k8s' },
      { how: 'with a prefix and ns', of: 'google-containers/pause:3.9', ns: 'gcr.io', image: pause, source: 'gcr' },
      { how: 'with neither', of: 'coredns/coredns:v1.9.3', ns: undefined, image: coredns, source: 'k8s' },
    ])('gives $of, asked for $how, of the upstream $source alone', async ({ of, ns, image, source }) => {
      const [repository = '', tag = ''] = of.split(':');
      const pulled = await pullAndVerify(asContainerd(server.request, ns), repository, tag);
      expect(pulled?.manifests).toEqual(new Set([image.digest]));
      expect(pulled?.blobs).toEqual(new Set(image.blobs.map(({ digest }) => digest)));
      const blobs = image.blobs.map(() => `GET /v2/${repository}/blobs/<digest>`);
      const requests = [`GET /v2/${repository}/manifests/${tag}`, ...blobs];
      expect(asked()).toEqual({ gcr: [], k8s: [], [source]: requests });
    });

    it('gives skopeo an image that is not here, byte for byte', async () => {
      const target = join(folder, 'pulled');
      await skopeo('copy', '--src-tls-verify=false', `docker://${server.host}/kube-proxy:v1.26.1`, `dir:${target}`);
      expect(await readFile(join(target, 'manifest.json'))).toEqual(proxy.manifest);
      for (const { digest, bytes } of proxy.blobs)
        expect(await readFile(join(target, digest.slice('sha256:'.length)))).toEqual(bytes);
      // The manifest has another tag, and is the same; the layers are here.
      expect(asked()).toEqual({ gcr: [], k8s: ['GET /v2/kube-proxy/manifests/v1.26.1'] });
    });

    it('refuses a deletion with 401, and the image stays', async () => {
      expect(await curl('-X', 'DELETE', at('kube-proxy/manifests/v1.26.0'))).toBe(401);
      await untilLogged({
        method: 'DELETE',
        path: '/v2/kube-proxy/manifests/v1.26.0',
        status: 401,
        actor: undefined,
      });
      expect(await curl('-H', `Accept: ${ACCEPT}`, at('kube-proxy/manifests/v1.26.0'))).toBe(200);
      expect(asked()).toEqual({ gcr: [], k8s: [] });
    });
  });

  describe.each([
    ['by -u', 'v1.26.0', ['-u', ADMIN]],
    ['by the header as the article types it', 'v1.26.1', ['-H', `Authorization: Basic: ${ENCODED}`]],
  ] as const)('for the administrator, who logs in with curl %s', (_, tag, login) => {
    it('deletes the tag with 202, and the log says who did it', async () => {
      const before = await tagsOf('kube-proxy');
      expect(before).toMatchObject({ tags: expect.arrayContaining([tag]) as unknown });
      expect(await curl(...login, '-X', 'DELETE', at(`kube-proxy/manifests/${tag}`))).toBe(202);

      const after = (await tagsOf('kube-proxy')) as { readonly tags?: readonly string[] | null };
      expect(after.tags ?? []).not.toContain(tag);
      await untilLogged({ method: 'DELETE', reference: tag, status: 202, actor: 'admin' });
      const audit = (await readFile(join(folder, 'audit.log'), 'utf8')).trim().split('\n');
      const lines = audit.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      expect(lines.filter(({ method, reference }) => method === 'DELETE' && reference === tag).at(-1)).toMatchObject({
        repository: 'kube-proxy',
        status: 202,
        actor: 'admin',
      });
      expect(asked()).toEqual({ gcr: [], k8s: [] });
    });

    it('fetches the tag again at the next pull, and of its layers none that is here', async () => {
      expect((await pullAndVerify(server.request, 'kube-proxy', tag))?.manifests).toEqual(new Set([proxy.digest]));
      expect(asked()).toEqual({ gcr: [], k8s: [`GET /v2/kube-proxy/manifests/${tag}`] });
      expect(await tagsOf('kube-proxy')).toMatchObject({ tags: expect.arrayContaining([tag]) as unknown });
    });
  });

  it('has nothing left to give of a deleted tag whose upstream has it no more', async () => {
    expect(await curl('-u', ADMIN, '-X', 'DELETE', at('kube-proxy/manifests/v1.26.1'))).toBe(202);
    k8s.losesTag('kube-proxy', 'v1.26.1');
    expect(await curl(at('kube-proxy/manifests/v1.26.1'))).toBe(404);
    expect(asked()).toEqual({ gcr: [], k8s: ['GET /v2/kube-proxy/manifests/v1.26.1'] });
  });

  describe('when it is pushed to', () => {
    const layer = proxy.blobs[1]?.bytes ?? Buffer.alloc(0);
    const pushed = anImage().withMediaTypes('docker').withLayer(layer).withLayers(1).build();

    it('takes what docker push sends, which is all but the layer that the mirror has fetched', async () => {
      const ping = await server.request('GET', '/v2/');
      const challenge = String(ping.headers['www-authenticate']);
      const [, realm = ''] = /^Bearer .*?realm="([^"]+)"/.exec(challenge) ?? [];
      const [, service = ''] = /service="([^"]+)"/.exec(challenge) ?? [];
      const scope = 'repository:kube-proxy:pull,push';
      const query = new URLSearchParams({ account: 'admin', client_id: 'docker', service, scope });
      const path = `${new URL(realm).pathname}?${query.toString()}`;
      const answer = await server.request('GET', path, { headers: { authorization: `Basic ${ENCODED}` } });
      const { token } = JSON.parse(answer.body.toString()) as { readonly token: string };

      const push = { repository: 'kube-proxy', tag: 'v1.26.1-own', image: pushed };
      const sent = await dockerPush(server.request, { ...push, headers: { authorization: `Bearer ${token}` } });
      const own = pushed.blobs.map(({ digest }) => digest).filter((digest) => digest !== proxy.blobs[1]?.digest);
      expect(sent).toEqual(own);
      expect((await pullAndVerify(server.request, 'kube-proxy', 'v1.26.1-own'))?.manifests).toEqual(
        new Set([pushed.digest]),
      );
    });

    it('takes what skopeo copies from the upstream itself', async () => {
      await skopeo(
        'copy',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        `--dest-creds=${ADMIN}`,
        `docker://${k8s.host}/kube-proxy:v1.26.2`,
        `docker://${server.host}/kube-proxy:v1.26.2-copied`,
      );
      expect((await pullAndVerify(server.request, 'kube-proxy', 'v1.26.2-copied'))?.manifests).toEqual(
        new Set([proxy.digest]),
      );
    });

    it('refuses skopeo without a login', async () => {
      const source = `docker://${k8s.host}/kube-proxy:v1.26.2`;
      const target = `docker://${server.host}/kube-proxy:v1.26.2-refused`;
      const words = ['copy', '--src-tls-verify=false', '--dest-tls-verify=false', source, target];
      const { code, stderr } = await tryCommand('skopeo', skopeoWords(words), inFolder());
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/unauthorized|authentication required/i);
    });
  });
});

/** Adds to each request the registry that the image is of, as containerd does. */
function asContainerd(request: SocketRequest, ns: string | undefined): SocketRequest {
  if (ns === undefined) return request;
  return (method, path, options) => request(method, `${path}?ns=${ns}`, options);
}
