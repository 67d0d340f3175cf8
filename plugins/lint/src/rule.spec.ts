import 'reflect-metadata';
import { MEDIA_TYPES } from '@berth/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { CONFIG_TYPE, layerOf, Linting } from './linting.fixture.js';

const SOURCE = 'org.opencontainers.image.source';
const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';
const DIGEST = `sha256:${'a'.repeat(64)}`;

let open: Linting | undefined;
afterEach(() => open?.close());

/** The plugin with one rule. */
function linting(rule: Readonly<Record<string, unknown>>): Linting {
  open = new Linting({ rules: [{ name: 'rule', ...rule }], expressionTimeout: '5s' });
  return open;
}

const labelled = (labels: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => ({
  config: { Labels: labels },
});

describe('require', () => {
  const rule = { require: [{ key: SOURCE, pattern: 'https://git\\.example/.+' }] };

  it('is content with an annotation, and then reads no configuration', async () => {
    const lint = linting(rule);
    const image = lint.image({}, { annotations: { [SOURCE]: 'https://git.example/app' } });
    expect(await lint.findings(image)).toEqual([]);
    expect(lint.content.reads).toEqual([]);
  });

  it('is content with a label', async () => {
    const lint = linting(rule);
    expect(await lint.findings(lint.image(labelled({ [SOURCE]: 'https://git.example/app' })))).toEqual([]);
  });

  it('finds what is missing', async () => {
    const lint = linting(rule);
    expect(await lint.findings(lint.image())).toEqual([`require: the annotation or label "${SOURCE}" is missing`]);
  });

  it('wants the whole of a value to match', async () => {
    const lint = linting(rule);
    const fault = `require: the annotation or label "${SOURCE}" is "x https://git.example/app", which does not match "https://git\\\\.example/.+"`;
    const value = { [SOURCE]: 'x https://git.example/app' };
    expect(await lint.findings(lint.image(labelled(value)))).toEqual([fault]);
    expect(await lint.findings(lint.image({}, { annotations: value }))).toEqual([fault]);
  });

  it('looks only where it is told to', async () => {
    const [label, annotation] = ['label', 'annotation'].map((place) => ({ require: [{ key: 'team', in: place }] }));
    const both = [labelled({ team: 'a' }), { annotations: { team: 'a' } }] as const;
    const wantsLabel = linting({ ...label });
    expect(await wantsLabel.findings(wantsLabel.image(both[0]))).toEqual([]);
    expect(await wantsLabel.findings(wantsLabel.image({}, both[1]))).toEqual(['require: the label "team" is missing']);
    const wantsAnnotation = linting({ ...annotation });
    expect(await wantsAnnotation.findings(wantsAnnotation.image({}, both[1]))).toEqual([]);
    expect(await wantsAnnotation.findings(wantsAnnotation.image(both[0]))).toEqual([
      'require: the annotation "team" is missing',
    ]);
  });

  it('is not content where the configuration is not held, too large, or none', async () => {
    const lint = linting({ require: [{ key: 'team' }] });
    const configured = (config: object): Record<string, unknown> => ({ ...lint.image(), config });
    const absent = configured({ mediaType: CONFIG_TYPE, digest: DIGEST, size: 2 });
    expect(await lint.findings(absent)).toEqual([
      'require: the annotation or label "team" is missing: its configuration is not in the repository',
    ]);
    const large = configured({
      mediaType: CONFIG_TYPE,
      ...lint.content.hold(`{"a":"${'x'.repeat(4 * 1024 * 1024)}"}`),
    });
    expect(await lint.findings(large)).toEqual([
      'require: the annotation or label "team" is missing: its configuration is larger than 4194304 bytes',
    ]);
    expect(lint.content.reads).toEqual([]);
    const chart = configured({ mediaType: 'application/x', ...lint.content.hold('no json') });
    expect(await lint.findings(chart)).toEqual(['require: the annotation or label "team" is missing']);
  });

  it('is content with an index that says it itself, or all of whose held images do', async () => {
    const lint = linting({ require: [{ key: 'team' }] });
    const index = (...manifests: readonly object[]): Record<string, unknown> => ({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests,
    });
    const good = lint.child(lint.image(labelled({ team: 'a' })));
    const alsoGood = lint.child(lint.image({ os: 'windows' }, { annotations: { team: 'b' } }));
    const bad = lint.child(lint.image());
    const absent = { mediaType: MEDIA_TYPES.ociManifest, digest: DIGEST, size: 10 };
    const attestation = lint.child(lint.image({ os: 'unknown' }), {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    });
    expect(await lint.findings({ ...index(bad), annotations: { team: 'c' } })).toEqual([]);
    expect(await lint.findings(index(good, alsoGood, absent, attestation))).toEqual([]);
    expect(await lint.findings(index(good, bad))).toEqual([
      `require: the annotation or label "team" is missing, in the image ${String(bad['digest'])}`,
    ]);
    expect(await lint.findings(index(absent))).toEqual([
      'require: the annotation or label "team" is missing: none of its images is in the repository',
    ]);
    expect(await lint.findings(index(...Array.from({ length: 101 }, () => good)))).toEqual([
      'require: the annotation or label "team" is missing: it names more than 100 images',
    ]);
  });
});

describe('tagPattern and forbiddenTags', () => {
  it('want every tag that the push moves to match as a whole', async () => {
    const lint = linting({ tagPattern: 'v?[0-9]+\\.[0-9]+' });
    expect(await lint.findings(lint.image(), { tags: ['1.0', 'v2.3'] })).toEqual([]);
    expect(await lint.findings(lint.image(), { tags: ['1.0', 'v2.3-rc'] })).toEqual([
      'tagPattern: the tag "v2.3-rc" does not match "v?[0-9]+\\\\.[0-9]+"',
    ]);
  });

  it('find a forbidden tag', async () => {
    const lint = linting({ forbiddenTags: ['latest', 'dev'] });
    expect(await lint.findings(lint.image(), { tags: ['1.0', 'latest'] })).toEqual([
      'forbiddenTags: the tag "latest" is forbidden',
    ]);
  });

  it('have nothing to say of a push by digest', async () => {
    const lint = linting({ forbiddenTags: ['latest'], tagPattern: 'v.*' });
    expect(await lint.findings(lint.image(), { tags: [] })).toEqual([]);
  });
});

describe('maxLayers, maxBytes and maxLayerBytes', () => {
  it('find an image of too many or too large layers, and nothing at the limits', async () => {
    const lint = linting({ maxLayers: 2, maxLayerBytes: 1000 });
    expect(await lint.findings(lint.image({}, { layers: [layerOf(1000), layerOf(999)] }))).toEqual([]);
    const layers = [layerOf(1), layerOf(1001), layerOf(2)];
    expect(await lint.findings(lint.image({}, { layers }))).toEqual([
      'maxLayers: it has 3 layers, and at most 2 are allowed',
      `maxLayerBytes: the layer ${layerOf(1001).digest} has 1001 bytes, and at most 1000 are allowed`,
    ]);
  });

  it('name one layer, however many are too large', async () => {
    const lint = linting({ maxLayerBytes: 10 });
    expect(await lint.findings(lint.image({}, { layers: [layerOf(11), layerOf(12), layerOf(13)] }))).toEqual([
      `maxLayerBytes: the layer ${layerOf(11).digest} has 11 bytes, and at most 10 are allowed, and 2 others have too many as well`,
    ]);
  });

  it('count the configuration in', async () => {
    const lint = linting({ maxBytes: 1000 });
    const image = lint.image({}, { layers: [layerOf(1000)] });
    const { size } = image['config'] as { size: number };
    expect(await lint.findings(image)).toEqual([
      `maxBytes: it has ${String(1000 + size)} bytes, and at most 1000 are allowed`,
    ]);
    expect(await lint.findings(lint.image({}, { layers: [layerOf(1000 - size)] }))).toEqual([]);
  });
});

describe('baseDigests and baseNames', () => {
  const rule = { baseDigests: [DIGEST], baseNames: ['docker.io/library/debian:*', 'registry.example/base/**'] };

  it.each([
    ['a listed digest', { annotations: { [BASE_DIGEST]: DIGEST } }, {}],
    ['a listed name', { annotations: { [BASE_NAME]: 'docker.io/library/debian:12-slim' } }, {}],
    ['a name below a listed one', { annotations: { [BASE_NAME]: 'registry.example/base/team/java:21' } }, {}],
    ['a label that says so', {}, labelled({ [BASE_NAME]: 'docker.io/library/debian:12' })],
  ])('are content with %s', async (_what, rest, config) => {
    const lint = linting(rule);
    expect(await lint.findings(lint.image({ ...config }, rest))).toEqual([]);
  });

  it('find another base, and none at all', async () => {
    const lint = linting(rule);
    const other = lint.image({}, { annotations: { [BASE_NAME]: 'docker.io/evil/debian:12', [BASE_DIGEST]: 'x' } });
    expect(await lint.findings(other)).toEqual([
      'baseDigests: it was built on "docker.io/evil/debian:12", "x", and only listed base images are allowed',
    ]);
    expect(await lint.findings(lint.image())).toEqual([
      'baseDigests: it does not say what it was built on, and only listed base images are allowed',
    ]);
  });
});

describe('expression', () => {
  it.each([
    'manifest.layers.all(layer, layer.size == 100)',
    'config.config.User == "app"',
    'labels.team == "core" && annotations.kind == "service"',
    'repository == "team/app" && reference == "1.0" && tag == "1.0" && actor == "ann"',
    'platforms == ["linux/amd64"]',
    'size > 100 && size < 1000',
  ])('lets %s pass', async (expression) => {
    const lint = linting({ expression });
    const config = { config: { User: 'app', Labels: { team: 'core' } } };
    const image = lint.image(config, { annotations: { kind: 'service' } });
    expect(await lint.findings(image, { actor: 'ann' })).toEqual([]);
  });

  it('finds what is not true, what cannot be evaluated, and what is not known', async () => {
    const lint = linting({ expression: 'labels.team == "core"' });
    expect(await lint.findings(lint.image(labelled({ team: 'other' })))).toEqual([
      'expression: it is not true that "labels.team == \\"core\\""',
    ]);
    expect(await lint.findings(lint.image())).toEqual([
      'expression: the expression could not be evaluated: "No such key: team"',
    ]);
    const absent = { ...lint.image(), config: { mediaType: CONFIG_TYPE, digest: DIGEST, size: 2 } };
    expect(await lint.findings(absent)).toEqual([
      'expression: the expression could not be evaluated: its configuration is not in the repository',
    ]);
  });

  it('reads no configuration that it does not ask about', async () => {
    const lint = linting({ expression: 'size < 1000' });
    expect(await lint.findings(lint.image())).toEqual([]);
    expect(lint.content.reads).toEqual([]);
  });

  it('knows the platforms of an index, and the labels that all its images share', async () => {
    const lint = linting({
      expression: 'platforms == ["linux/amd64", "linux/arm64/v8"] && labels == {"team": "core"}',
    });
    const child = (architecture: string, rest: object): Record<string, unknown> => ({
      ...lint.child(lint.image({ architecture, ...labelled({ team: 'core', built: architecture }) })),
      platform: { os: 'linux', architecture, ...rest },
    });
    const manifests = [child('amd64', {}), child('arm64', { variant: 'v8' })];
    expect(await lint.findings({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests })).toEqual([]);
  });

  it('can leave an index to its images', async () => {
    const lint = linting({ expression: 'has(manifest.manifests) || config.config.User != "root"' });
    const image = lint.image({ config: { User: 'root' } });
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [lint.child(image)] };
    expect(await lint.findings(index)).toEqual([]);
    expect(await lint.findings(image)).toHaveLength(1);
  });

  it('is asked again for every tag', async () => {
    const lint = linting({ expression: 'tag != "latest"' });
    expect(await lint.findings(lint.image(), { tags: ['1.0', 'latest'] })).toHaveLength(1);
    expect(await lint.findings(lint.image(), { tags: [] })).toEqual([]);
  });
});
