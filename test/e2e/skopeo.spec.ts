import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, MEDIA_TYPES, parseDigest } from '@berth/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { type DebianLayout, buildDebianLayout } from './debian-image.js';
import { blobPath } from './oci-layout.js';
import { ACCEPT, pullAndVerify } from './pull-and-verify.js';
import { type Exchange, RecordingProxy } from './recording-proxy.js';
import { runCommand, tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const LAYER_BYTES = 100 * 1000 * 1000;

describeWith({ programs: ['skopeo', 'dpkg-query', 'tar'] }, 'skopeo', () => {
  const servers = useServers();
  let server: ServerProcess;
  let proxy: RecordingProxy;
  let layout: DebianLayout;
  let folder: string;

  beforeAll(async () => {
    folder = await servers.folder();
    layout = await buildDebianLayout(join(folder, 'layout'), LAYER_BYTES);
    server = await servers.start();
    proxy = await RecordingProxy.start(server.url);
  });

  afterAll(async () => {
    await proxy.close();
  });

  /** `skopeo <command> ...`, with everything it keeps below the test's folder where it lets itself be told. */
  const skopeo = (command: string, ...rest: readonly string[]): Promise<string> =>
    runCommand('skopeo', ['--insecure-policy', '--tmpdir', folder, command, ...rest], { env: environment() });
  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder });
  const copy = (...rest: readonly string[]): Promise<string> =>
    skopeo('copy', '--all', '--src-tls-verify=false', '--dest-tls-verify=false', ...rest);
  const at = (name: string): string => `docker://${server.host}/${name}`;
  const throughProxy = (name: string): string => `docker://${proxy.host}/${name}`;
  const bytesOf = (layoutFolder: string, digest: Digest): Promise<Buffer> => readFile(blobPath(layoutFolder, digest));

  describe('with an OCI index of a Debian root file system over 100 MB', () => {
    beforeAll(async () => {
      await copy(`oci:${layout.folder}:debian`, at('debian/root:oci'));
    });

    it('pushes it whole, and the registry gives every byte back', async () => {
      expect(layout.layerBytes).toBeGreaterThan(LAYER_BYTES);
      const pulled = await pullAndVerify(server.request, 'debian/root', 'oci');
      expect(pulled && new Set([...pulled.manifests, ...pulled.blobs])).toEqual(new Set(layout.digests));
    });

    it('finds the digest that was pushed', async () => {
      const raw = await skopeo('inspect', '--raw', '--tls-verify=false', at('debian/root:oci'));
      expect(raw).toBe((await bytesOf(layout.folder, layout.index)).toString());
    });

    it('pulls it back byte for byte', async () => {
      const out = join(folder, 'pulled-oci');
      await copy(at('debian/root:oci'), `oci:${out}:debian`);
      expect((await readdir(join(out, 'blobs/sha256'))).sort()).toEqual(
        layout.digests.map((digest) => digest.slice('sha256:'.length)).sort(),
      );
      for (const digest of layout.digests) {
        const same = (await bytesOf(out, digest)).equals(await bytesOf(layout.folder, digest));
        expect(same, digest).toBe(true);
      }
    });

    it('pushes it again without sending a blob', async () => {
      proxy.clear();
      await copy(`oci:${layout.folder}:debian`, throughProxy('debian/root:again'));
      expect(blobBytesSent(proxy.exchanges)).toBe(0);
    });

    it('copies it to another repository by mounts, transferring no layer', async () => {
      // Through the proxy at first too: skopeo looks for mounts only where it knows a blob to be on the same host.
      await copy(`oci:${layout.folder}:debian`, throughProxy('debian/root:through-proxy'));
      proxy.clear();
      await copy(throughProxy('debian/root:oci'), throughProxy('mounted/root:oci'));
      const mounts = proxy.exchanges.filter(({ url, status }) => /[?&]mount=/.test(url) && status === 201);
      expect(mounts).toHaveLength(layout.layers.length);
      // It has the configurations in memory and sends them; of the layers it neither fetches nor sends a byte.
      const configs = await Promise.all(layout.configs.map((digest) => bytesOf(layout.folder, digest)));
      expect(blobBytesSent(proxy.exchanges)).toBe(configs.reduce((sum, { length }) => sum + length, 0));
      const fetched = proxy.exchanges.filter(({ method, url }) => method === 'GET' && url.includes('/blobs/sha256:'));
      expect(fetched.filter(({ url }) => layout.layers.some((digest) => url.endsWith(digest)))).toEqual([]);
      expect(await pullAndVerify(server.request, 'mounted/root', 'oci')).toBeDefined();
    });
  });

  describe("with Docker's manifest list of the same image", () => {
    beforeAll(async () => {
      await copy('--format', 'v2s2', `oci:${layout.folder}:debian`, at('debian/root:docker'));
    });

    it("keeps Docker's media types", async () => {
      const response = await server.request('GET', '/v2/debian/root/manifests/docker', { headers: { accept: ACCEPT } });
      expect(response.headers['content-type']).toBe(MEDIA_TYPES.dockerManifestList);
      expect(JSON.parse(response.body.toString())).toMatchObject({
        mediaType: MEDIA_TYPES.dockerManifestList,
        manifests: [{ mediaType: MEDIA_TYPES.dockerManifest }, { mediaType: MEDIA_TYPES.dockerManifest }],
      });
    });

    it('gives back every configuration and layer of the image it was made from', async () => {
      const pulled = await pullAndVerify(server.request, 'debian/root', 'docker');
      expect(pulled?.blobs).toEqual(new Set([...layout.configs, ...layout.layers]));
    });

    it('pulls it back byte for byte', async () => {
      const out = join(folder, 'pulled-docker');
      await copy(at('debian/root:docker'), `dir:${out}`);
      const list = await server.request('GET', '/v2/debian/root/manifests/docker', { headers: { accept: ACCEPT } });
      expect((await readFile(join(out, 'manifest.json'))).toString()).toBe(list.body.toString());
      for (const digest of [...layout.configs, ...layout.layers]) {
        const same = (await readFile(join(out, digest.slice('sha256:'.length)))).equals(
          await bytesOf(layout.folder, digest),
        );
        expect(same, digest).toBe(true);
      }
    });
  });

  describe('with a tag to look at and to delete', () => {
    beforeAll(async () => {
      await copy(`oci:${layout.folder}:debian`, at('debian/short:lived'));
    });

    it('lists the tags of a repository', async () => {
      const listed: unknown = JSON.parse(await skopeo('list-tags', '--tls-verify=false', at('debian/short')));
      expect(listed).toMatchObject({ Tags: ['lived'] });
    });

    it('inspects the image of its own platform', async () => {
      const options = ['--tls-verify=false', '--override-arch=arm64', '--override-os=linux'];
      const inspected: unknown = JSON.parse(await skopeo('inspect', ...options, at('debian/short:lived')));
      expect(inspected).toMatchObject({ Architecture: 'arm64', Os: 'linux', RepoTags: ['lived'] });
      expect(inspected).toHaveProperty(
        'Digest',
        expect.toSatisfy((text: string) => parseDigest(text) !== undefined),
      );
    });

    it('deletes it, after which its tag and its digest are unknown', async () => {
      await skopeo('delete', '--tls-verify=false', at('debian/short:lived'));
      for (const reference of ['lived', layout.index]) {
        const gone = await server.request('GET', `/v2/debian/short/manifests/${reference}`);
        expect([gone.status, gone.body.toString()]).toEqual([404, expect.stringContaining('MANIFEST_UNKNOWN')]);
      }
      const options = ['--insecure-policy', 'inspect', '--tls-verify=false', at('debian/short:lived')];
      expect((await tryCommand('skopeo', options)).code).not.toBe(0);
    });
  });
});

function blobBytesSent(exchanges: readonly Exchange[]): number {
  return exchanges.filter(({ url }) => url.includes('/blobs/')).reduce((sum, { sent }) => sum + sent, 0);
}
