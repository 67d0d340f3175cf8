import 'reflect-metadata';
import { MEDIA_TYPES } from '@berth/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import lint from './index.js';
import { configOf, Linting, type PushOptions } from './linting.fixture.js';

const SUBJECT = { mediaType: MEDIA_TYPES.ociManifest, size: 10, digest: `sha256:${'b'.repeat(64)}` };
const COSIGN = `sha256-${'c'.repeat(64)}`;

let open: Linting | undefined;
afterEach(() => open?.close());

function linting(section: Readonly<Record<string, unknown>>): Linting {
  open = new Linting({ expressionTimeout: '5s', ...section });
  return open;
}

describe('mandatoryAnnotations', () => {
  const section = { mandatoryAnnotations: ['org.opencontainers.image.source', 'team', 'stage'] };

  it('are refused with 400 MANIFEST_INVALID and all keys that are missing, as zot does', async () => {
    const linter = linting(section);
    const image = linter.image({ config: { Labels: { team: 'core' } } }, { annotations: { stage: 'dev' } });
    const pushed = await linter.push(image);
    expect(pushed).toMatchObject({
      outcome: 'refused',
      error: {
        code: 'MANIFEST_INVALID',
        status: 400,
        message:
          'refused by policy: mandatoryAnnotations: the annotation or label "org.opencontainers.image.source" is missing',
        detail: { missingAnnotations: ['org.opencontainers.image.source'] },
      },
    });
    const { error } = (await linter.push(linter.image())) as Extract<typeof pushed, { outcome: 'refused' }>;
    expect(error.detail).toMatchObject({ missingAnnotations: section.mandatoryAnnotations });
  });

  it('may be annotations or labels', async () => {
    const linter = linting(section);
    const labels = { config: { Labels: { team: 'core', stage: '' } } };
    const image = linter.image(labels, { annotations: { 'org.opencontainers.image.source': 'x' } });
    expect(await linter.push(image)).toEqual({ outcome: 'accepted', warnings: [] });
  });

  it.each<[string, Readonly<Record<string, unknown>>, PushOptions]>([
    ['a manifest with a subject', { subject: SUBJECT }, {}],
    ["cosign's signature", {}, { tags: [`${COSIGN}.sig`] }],
    ["cosign's attestation", {}, { tags: [`${COSIGN}.att`] }],
    ["cosign's SBOM", {}, { tags: [`${COSIGN}.sbom`] }],
    ['an index, as in zot', { mediaType: MEDIA_TYPES.ociIndex, manifests: [] }, {}],
    ['what is mirrored', {}, { origin: 'mirrored' }],
  ])('are not asked of %s', async (_what, rest, options) => {
    const linter = linting(section);
    expect(await linter.push(linter.image({}, rest), options)).toMatchObject({ outcome: 'accepted' });
  });

  it.each<[string, PushOptions]>([
    ['an image that has an ordinary tag beside one of a signature', { tags: [`${COSIGN}.sig`, 'latest'] }],
    ['a tag that only looks like that of a signature', { tags: ['sha256-abc.sig'] }],
    ['what is imported', { origin: 'imported' }],
    ['a push by digest', { tags: [] }],
  ])('are asked of %s', async (_what, options) => {
    const linter = linting(section);
    expect(await linter.push(linter.image(), options)).toMatchObject({ outcome: 'refused' });
  });

  it("are asked of Docker's images too", async () => {
    const linter = linting(section);
    const image = linter.image({}, { mediaType: MEDIA_TYPES.dockerManifest });
    expect(await linter.push(image)).toMatchObject({ outcome: 'refused' });
  });
});

describe('a rule', () => {
  const tagged = { name: 'no-latest', forbiddenTags: ['latest'] };
  const latest = { tags: ['latest'] };

  it('that is enforced is refused with every rule that is broken, of every kind', async () => {
    const linter = linting({
      mandatoryAnnotations: ['team'],
      rules: [
        tagged,
        { name: 'small', maxBytes: 10, maxLayers: 0 },
        { name: 'approved', expression: 'has(annotations.approved)', message: 'ask the platform team' },
        { name: 'kept', tagPattern: 'l.*' },
        { name: 'soft', mode: 'warn', require: [{ key: 'wanted' }] },
      ],
    });
    const pushed = await linter.push(linter.image(), latest);
    if (pushed.outcome === 'accepted') throw new Error('it was accepted');
    const { detail, message } = pushed.error;
    expect(detail).toEqual({
      missingAnnotations: ['team'],
      violations: [
        {
          rule: 'mandatoryAnnotations',
          mode: 'enforce',
          check: 'require',
          key: 'team',
          message: expect.any(String) as string,
        },
        { rule: 'no-latest', mode: 'enforce', check: 'forbiddenTags', message: 'the tag "latest" is forbidden' },
        { rule: 'small', mode: 'enforce', check: 'maxLayers', message: expect.any(String) as string },
        { rule: 'small', mode: 'enforce', check: 'maxBytes', message: expect.any(String) as string },
        {
          rule: 'approved',
          mode: 'enforce',
          check: 'expression',
          message: 'ask the platform team: it is not true that "has(annotations.approved)"',
        },
        { rule: 'soft', mode: 'warn', check: 'require', key: 'wanted', message: expect.any(String) as string },
      ],
    });
    expect(message).toMatch(
      /^refused by policy: mandatoryAnnotations: .*; no-latest: the tag "latest" is forbidden; small: /,
    );
    expect(message).not.toContain('wanted');
  });

  it('that warns lets the push pass, with a warning for each finding', async () => {
    const linter = linting({ rules: [{ ...tagged, mode: 'warn', tagPattern: '[0-9.]+' }] });
    expect(await linter.push(linter.image(), latest)).toEqual({
      outcome: 'accepted',
      warnings: [
        'policy: no-latest: the tag "latest" does not match "[0-9.]+"',
        'policy: no-latest: the tag "latest" is forbidden',
      ],
    });
  });

  it.each(['warn', 'enforce'])('that is broken is told of, in the mode %s', async (mode) => {
    const linter = linting({ rules: [{ ...tagged, mode }] });
    await linter.push(linter.image(), latest);
    expect(linter.told.violations).toEqual([
      {
        plugin: 'lint',
        rule: 'no-latest',
        mode,
        message: 'the tag "latest" is forbidden',
        repository: 'team/app',
        digest: expect.stringMatching(/^sha256:/) as string,
        reference: { kind: 'tag', tag: 'latest' },
      },
    ]);
  });

  it('that is kept tells nobody of anything', async () => {
    const linter = linting({ rules: [tagged] });
    expect(await linter.push(linter.image())).toEqual({ outcome: 'accepted', warnings: [] });
    expect(linter.told.violations).toEqual([]);
  });

  it('is about the repositories it names', async () => {
    const linter = linting({ rules: [{ ...tagged, repositories: ['prod/**', '*/release'] }] });
    const outcomes = ['prod/a/b', 'team/release', 'team/app', 'production/a'].map(async (repository) => {
      const { outcome } = await linter.push(linter.image(), { ...latest, repository });
      return [repository, outcome];
    });
    expect(Object.fromEntries(await Promise.all(outcomes))).toEqual({
      'prod/a/b': 'refused',
      'team/release': 'refused',
      'team/app': 'accepted',
      'production/a': 'accepted',
    });
  });

  it('is about what is mirrored only if it says so, and then the refusal is 403', async () => {
    const usual = linting({ rules: [tagged] });
    expect(await usual.push(usual.image(), { ...latest, origin: 'imported' })).toMatchObject({ outcome: 'refused' });
    expect(await usual.push(usual.image(), { ...latest, origin: 'mirrored' })).toMatchObject({ outcome: 'accepted' });
    const mirrors = linting({ rules: [{ ...tagged, origins: ['mirrored'] }] });
    expect(await mirrors.push(mirrors.image(), { ...latest, origin: 'mirrored' })).toMatchObject({
      outcome: 'refused',
      error: { code: 'DENIED', status: 403 },
    });
    expect(await mirrors.push(mirrors.image(), latest)).toMatchObject({ outcome: 'accepted' });
  });

  it('is about signatures and other referrers only if it says so', async () => {
    const rule = { name: 'approved', require: [{ key: 'approved' }] };
    const usual = linting({ rules: [rule] });
    expect(await usual.push(usual.image({}, { subject: SUBJECT }))).toMatchObject({ outcome: 'accepted' });
    expect(await usual.push(usual.image(), { tags: [`${COSIGN}.sig`] })).toMatchObject({ outcome: 'accepted' });
    const all = linting({ rules: [{ ...rule, referrers: true }] });
    expect(await all.push(all.image({}, { subject: SUBJECT }))).toMatchObject({ outcome: 'refused' });
  });

  it('whose expression takes too long is broken, not passed over', async () => {
    const loops = ['a', 'b', 'c', 'd'].map((name) => `manifest.layers.all(${name}, `).join('');
    const linter = linting({
      rules: [{ name: 'bomb', expression: `${loops}true))))` }],
      expressionTimeout: '300ms',
    });
    const layers = Array.from({ length: 1000 }, () => ({ size: 1 }));
    const pushed = await linter.push(linter.image({}, { layers }));
    expect(pushed).toMatchObject({
      outcome: 'refused',
      error: { message: expect.stringContaining('it took longer than 300 ms') as string },
    });
  });

  it('shows a value that a client chose in one line of ASCII', async () => {
    const linter = linting({ rules: [{ name: 'team', mode: 'warn', require: [{ key: 'team', pattern: '[a-z]+' }] }] });
    const image = linter.image({}, { annotations: { team: `a\r\nX: \u20ac${'x'.repeat(200)}` } });
    const pushed = await linter.push(image);
    expect(pushed).toMatchObject({ outcome: 'accepted', warnings: [expect.stringMatching(/^[\x20-\x7e]{1,250}$/)] });
  });
});

describe('the rules', () => {
  it('are replaced while the server runs', async () => {
    const linter = linting({ rules: [{ name: 'old', forbiddenTags: ['latest'] }] });
    const push = async (tag: string): Promise<string> => (await linter.push(linter.image(), { tags: [tag] })).outcome;
    expect([await push('latest'), await push('dev')]).toEqual(['refused', 'accepted']);
    linter.policy.reconfigure(configOf({ rules: [{ name: 'new', forbiddenTags: ['dev'] }] }));
    expect([await push('latest'), await push('dev')]).toEqual(['accepted', 'refused']);
  });

  it('that are not there read nothing', async () => {
    const linter = linting({});
    expect(await linter.push(linter.image())).toEqual({ outcome: 'accepted', warnings: [] });
    expect(linter.content.reads).toEqual([]);
  });

  it('come with a plugin that takes new ones without a restart', () => {
    expect(lint).toMatchObject({ name: 'lint', hooks: { 'manifest.beforePut': expect.anything() as unknown } });
    expect(lint.reconfigure).toBeDefined();
  });
});
