import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, type BuiltManifest, type FakeUpstream, type UpstreamBehaviour } from '@berth/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { useSync } from '../spec/use-sync.js';
import { Containerd } from './containerd-process.js';
import { useServers } from './use-servers.js';

const folders = useServers();
const { upstream, mirror } = useSync();

/** What is wrong with the upstream of the mirror, which holds nothing. */
const TROUBLES: readonly (readonly [
  string,
  (from: FakeUpstream, image: BuiltManifest) => UpstreamBehaviour | 'refuses',
])[] = [
  ['refuses connections', () => 'refuses'],
  ['hangs', () => ({ hangs: true })],
  ['answers 500', () => ({ status: 500 })],
  ['answers 503', () => ({ status: 503 })],
  ['answers 401', () => ({ status: 401 })],
  ['answers 429', () => ({ status: 429, headers: { 'retry-after': '60' } })],
  ['does not have it', () => ({ status: 404 })],
  ['shows a page to log in', () => ({ showsPage: true })],
  [
    'gives other bytes for its layer',
    (_, image) => ({ bytesFor: new Map(layersOf(image).map(({ digest, bytes }) => [digest, flipped(bytes)])) }),
  ],
  ['cuts its layer before the first byte', () => ({ cutsAfter: 0 })],
];

const layersOf = ({ blobs }: BuiltManifest): BuiltManifest['blobs'] => blobs.slice(1);

function flipped(bytes: Buffer): Buffer {
  const wrong = Buffer.from(bytes);
  wrong[0] = ~(wrong[0] ?? 0) & 0xff;
  return wrong;
}

describeWith(
  { programs: ['containerd', 'ctr'], root: true },
  'containerd, whose first host is a mirror and whose second has the image,',
  () => {
    let containerd: Containerd;

    beforeAll(async () => {
      containerd = await Containerd.start();
    }, 60_000);
    afterAll(() => containerd.stop());

    it.each(TROUBLES)('pulls it although the upstream of the mirror %s', async (_, trouble) => {
      const [from, second] = [await upstream(), await upstream()];
      // One of its own for each, since containerd keeps what it has.
      const image = anImage().build();
      for (const one of [from, second]) one.has('library/app', image, '1');
      const registry = await mirror([from, { namespaces: ['hub.example'], responseHeaderTimeout: '1s' }]);
      const behaviour = trouble(from, image);
      if (behaviour === 'refuses') await from.close();
      else from.behaviour = behaviour;
      const folder = await folders.folder();
      await mkdir(join(folder, 'hub.example'));
      const hosts = [registry.url, second.url].map((url) => `[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`);
      await writeFile(join(folder, 'hub.example/hosts.toml'), `server = "${second.url}"\n\n${hosts.join('\n')}`);

      expect(await containerd.fetchBy(folder, 'hub.example/library/app:1', {})).toMatchObject({ code: 0 });
      const { stdout } = await containerd.ctr('content', 'ls', '-q');
      for (const { digest } of [image, ...image.blobs]) expect(stdout).toContain(digest);
      expect(second.requests.length).toBeGreaterThan(0);
    });
  },
);
