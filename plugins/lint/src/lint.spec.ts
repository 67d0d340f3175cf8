import {
  anArtifact,
  anImage,
  anIndex,
  type BuiltManifest,
  createTestRegistry,
  pushBlob,
  pushManifest,
} from '@berth/testkit';
import { definePlugin, type HookContext, type HookEvents, type HookHandler } from '@berth/sdk';
import type { RegistryResponse, TestRegistry } from '@berth/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import lint from './index.js';

let registry: TestRegistry | undefined;

afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

const SECTION = {
  mandatoryAnnotations: ['team'],
  rules: [
    { name: 'no-latest', forbiddenTags: ['latest'] },
    { name: 'documented', mode: 'warn', require: [{ key: 'org.opencontainers.image.documentation' }] },
    { name: 'amd64', repositories: ['prod/**'], expression: 'platforms == ["linux/amd64"]' },
  ],
  expressionTimeout: '5s',
};

type Told = HookEvents['policy.violated'];

/** Another plugin, that hears of broken rules. */
class Listener implements HookHandler<'policy.violated'> {
  static readonly told: [Told, string | undefined][] = [];

  async handle(event: Told, { requestId }: HookContext): Promise<void> {
    Listener.told.push([event, requestId]);
  }
}

const listener = definePlugin({ name: 'listener', hooks: { 'policy.violated': Listener } });

async function started(): Promise<TestRegistry> {
  registry = await createTestRegistry({ plugins: [{ plugin: lint, section: SECTION }, { plugin: listener }] });
  return registry;
}

/** Pushes blobs and then the manifest, whatever the answer is. */
async function put(repository: string, built: BuiltManifest, tag: string): Promise<RegistryResponse> {
  const { request } = registry ?? (await started());
  for (const child of built.children) await put(repository, child, child.digest);
  for (const blob of built.blobs) await pushBlob(request, repository, blob);
  const path = `/v2/${repository}/manifests/${tag}`;
  return request('PUT', path, { headers: { 'content-type': built.mediaType }, body: built.manifest });
}

const team = { team: 'core' };

describe('the plugin lint in a registry', () => {
  it('refuses an image with 400 MANIFEST_INVALID and everything that is wrong with it, and stores nothing', async () => {
    const { request } = await started();
    const image = anImage().withPlatform({ os: 'linux', architecture: 'arm64' }).build();
    const response = await put('prod/app', image, 'latest');
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body.toString())).toEqual({
      errors: [
        {
          code: 'MANIFEST_INVALID',
          message: expect.stringMatching(
            /^refused by policy: mandatoryAnnotations: .*; no-latest: .*; amd64: /,
          ) as string,
          detail: {
            missingAnnotations: ['team'],
            violations: [
              expect.objectContaining({ rule: 'mandatoryAnnotations' }),
              expect.objectContaining({ rule: 'no-latest' }),
              expect.objectContaining({ rule: 'documented', mode: 'warn' }),
              expect.objectContaining({ rule: 'amd64' }),
            ] as unknown,
          },
        },
      ],
    });
    expect((await request('GET', `/v2/prod/app/manifests/${image.digest}`)).status).toBe(404);
  });

  it('takes it once it is as the rules want it, with a warning for what they only recommend', async () => {
    await started();
    const fixed = await put('prod/app', anImage().withLabels(team).build(), '1.0');
    expect([fixed.status, fixed.headers['warning']]).toEqual([
      201,
      '299 - "policy: documented: the annotation or label \\"org.opencontainers.image.documentation\\" is missing"',
    ]);
    const annotations = { ...team, 'org.opencontainers.image.documentation': 'https://docs.example' };
    const documented = await put('prod/app', anImage().withAnnotations(annotations).build(), '1.1');
    expect([documented.status, documented.headers['warning']]).toEqual([201, undefined]);
  });

  it('tells other plugins what was broken, by which push', async () => {
    await started();
    Listener.told.length = 0;
    await put('team/app', anImage().withLabels(team).build(), 'latest');
    await vi.waitFor(() => expect(Listener.told).toHaveLength(2));
    expect(Listener.told.map(([{ plugin, rule, mode }, requestId]) => [plugin, rule, mode, typeof requestId])).toEqual([
      ['lint', 'no-latest', 'enforce', 'string'],
      ['lint', 'documented', 'warn', 'string'],
    ]);
  });

  it('takes an index whose images are as the rules want them', async () => {
    await started();
    const image = (architecture: string): BuiltManifest =>
      anImage().withPlatform({ os: 'linux', architecture }).withLabels(team).build();
    expect((await put('team/app', anIndex().of(image('amd64'), image('arm64')).build(), '1.0')).status).toBe(201);
  });

  it('takes signatures and other referrers without a look', async () => {
    const { request } = await started();
    const image = anImage().withLabels(team).build();
    await pushManifest(request, 'team/app', image, { tag: '1.0' });
    const referrer = await put('team/app', anArtifact().withSubject(image).build(), 'referrer');
    expect([referrer.status, referrer.headers['warning']]).toEqual([201, undefined]);
    const tag = `${image.digest.replace(':', '-')}.sig`;
    expect((await put('team/app', anImage().build(), tag)).status).toBe(201);
  });
});
