import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Descriptor, MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { filesOf } from './debian-packages.js';
import { type LayoutLayer, writeDocument, writeLayer } from './oci-layout.js';
import { pollUntil } from './poll-until.js';
import { ACCEPT, pullAndVerify } from './pull-and-verify.js';
import { type CommandResult, tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const SOURCE = 'org.opencontainers.image.source';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
/** Four nested loops over the history of an image: at a thousand entries they would take years. */
const LOOPS = ['a', 'b', 'c', 'd'].map((name) => `config.history.all(${name}, `).join('');

const LINT = {
  mandatoryAnnotations: [SOURCE],
  rules: [
    { name: 'releases-only', forbiddenTags: ['latest'], message: 'tag what you push with its version' },
    { name: 'not-root', repositories: ['prod/**'], expression: 'has(config.config.User)' },
    { name: 'licensed', mode: 'warn', require: [{ key: 'org.opencontainers.image.licenses' }] },
    { name: 'bomb', repositories: ['bomb/**'], expression: `${LOOPS}true))))` },
  ],
  expressionTimeout: '3s',
};

describeWith({ programs: ['skopeo', 'dpkg-query', 'tar'] }, 'a push that lint looks at', () => {
  const servers = useServers();
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    folder = await servers.folder();
    await mkdir(join(folder, 'layout/blobs/sha256'), { recursive: true });
    const files = (await filesOf('base-files')).map(({ path }) => path);
    const layer = await writeLayer(join(folder, 'layout'), files);
    const right = { User: 'app', Labels: { [SOURCE]: 'https://git.example/app' } };
    await writeLayout(join(folder, 'layout'), {
      bare: await writeImage(layer, {}),
      root: await writeImage(layer, { Labels: right.Labels }),
      right: await writeImage(layer, right),
      long: await writeImage(layer, right, 1000),
    });
    server = await servers.start({ extensions: { lint: LINT } });
  });

  async function writeImage(layer: LayoutLayer, config: object, historyLength = 1): Promise<Descriptor> {
    const layout = join(folder, 'layout');
    const described = await writeDocument(layout, CONFIG_TYPE, {
      os: 'linux',
      architecture: 'amd64',
      config,
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
      history: Array.from({ length: historyLength }, (_, at) => ({ created_by: 'dpkg', empty_layer: at > 0 })),
    });
    const document = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: described,
      layers: [layer.descriptor],
    };
    return writeDocument(layout, MEDIA_TYPES.ociManifest, document);
  }

  const push = (image: string, name: string, to = server): Promise<CommandResult> =>
    tryCommand(
      'skopeo',
      [
        ...['--insecure-policy', '--tmpdir', folder, 'copy', '--dest-tls-verify=false'],
        ...[`oci:${folder}/layout:${image}`, `docker://${to.host}/${name}`],
      ],
      { env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder } },
    );

  it('is refused, and skopeo prints which rule is broken and by what', async () => {
    const { code, stderr } = await push('bare', 'team/app:1.0');
    expect(code).not.toBe(0);
    expect(stderr).toContain(`mandatoryAnnotations: the annotation or label \\"${SOURCE}\\" is missing`);
    expect((await server.request('GET', '/v2/team/app/manifests/1.0', { headers: { accept: ACCEPT } })).status).toBe(
      404,
    );
  });

  it('is refused with everything that is wrong at once', async () => {
    const { code, stderr } = await push('bare', 'prod/app:latest');
    expect(code).not.toBe(0);
    expect(stderr).toContain('mandatoryAnnotations: ');
    expect(stderr).toContain('releases-only: tag what you push with its version: the tag \\"latest\\" is forbidden');
    expect(stderr).toContain('not-root: it is not true that ');
  });

  it('is accepted once the image is fixed', async () => {
    const refused = await push('root', 'prod/app:1.0');
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining('not-root: ')]);
    const accepted = await push('right', 'prod/app:1.0');
    expect([accepted.code, accepted.stderr]).toEqual([0, '']);
    expect(await pullAndVerify(server.request, 'prod/app', '1.0')).toBeDefined();
  });

  it('is accepted with a warning where a rule only warns', async () => {
    await push('right', 'team/warned:1.0');
    const path = '/v2/team/warned/manifests';
    const { body, headers } = await server.request('GET', `${path}/1.0`, { headers: { accept: ACCEPT } });
    const again = { headers: { 'content-type': String(headers['content-type']) }, body };
    const response = await server.request('PUT', `${path}/1.1`, again);
    expect([response.status, response.headers['warning']]).toEqual([
      201,
      '299 - "policy: licensed: the annotation or label \\"org.opencontainers.image.licenses\\" is missing"',
    ]);
  });

  it('is refused in time where an expression would not end, and nobody else waits for it', async () => {
    const state = { over: false };
    const pushed = push('long', 'bomb/app:1.0').finally(() => (state.over = true));
    let slowest = 0;
    await pollUntil('the push is answered', 60_000, async () => {
      const started = performance.now();
      expect((await server.request('GET', '/v2/')).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - started);
      return state.over;
    });
    const { code, stderr } = await pushed;
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('it took longer than 3000 ms')]);
    expect(slowest).toBeLessThan(2500);
    expect((await push('right', 'prod/app:1.1')).code).toBe(0);
  });

  it('is judged by the new rules once the configuration has changed, without a restart', async () => {
    const own = await servers.folder();
    const changing = await servers.start({ extensions: { lint: LINT } }, own);
    expect((await push('bare', 'team/app:1.0', changing)).code).not.toBe(0);
    await servers.configure(own, { extensions: { lint: { rules: [{ name: 'few', maxLayers: 0 }] } } });
    await pollUntil('the new rules are in force', 30_000, async () => {
      const { stderr } = await push('bare', 'team/app:1.0', changing);
      return stderr.includes('few: it has 1 layers');
    });
  });

  it('cannot happen where a rule is bad: the server names it and does not start', async () => {
    const bad = {
      rules: [
        { name: 'good', maxLayers: 1 },
        { name: 'typo', expresion: 'true', maxLayers: 1 },
        { name: 'wrong', expression: 'sise < 1' },
      ],
    };
    const ended = await servers.launch(await servers.folder(), { extensions: { lint: bad } });
    expect((await ended.exited).code).toBe(78);
    expect(ended.output()).toMatch(/extensions\.lint\.rules\[1\]\.expresion\n +found: +an unknown key, in "typo"/);
    expect(ended.output()).toContain('the nearest is "expression"');
    expect(ended.output()).toMatch(/extensions\.lint\.rules\[2\]\.expression\n +found: +"sise < 1", in "wrong"/);
    expect(ended.output()).toContain('Unknown variable: sise, at character 1');
  });
});

/** The files that make a folder of blobs a layout, with images by their names. */
async function writeLayout(layout: string, images: Readonly<Record<string, Descriptor>>): Promise<void> {
  const manifests = Object.entries(images).map(([name, image]) => ({
    ...image,
    annotations: { 'org.opencontainers.image.ref.name': name },
  }));
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}
