import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { isSection, MEDIA_TYPES, type Section, validateSection } from '@berth/sdk';
import { getMetadataStorage } from 'class-validator';
import { afterAll, describe, expect, it } from 'vitest';
import { LintConfig } from './config/lint.config.js';
import { RequirementConfig } from './config/requirement.config.js';
import { RuleConfig } from './config/rule.config.js';
import { checkExpression, LANGUAGE } from './expressions/expression-language.js';
import { Linting } from './linting.fixture.js';

const PAGE = readFileSync(new URL('../../../docs/lint.md', import.meta.url), 'utf8');
const samples = blocks('json').map((text) => sectionOf(text));

function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text);
}

function sectionOf(text: string): Section {
  const value: unknown = JSON.parse(text);
  const section = isSection(value) ? value['lint'] : undefined;
  if (!isSection(section)) throw new Error(`no section lint in ${text}`);
  // The host takes this one for itself.
  const { enable: _enable, ...rest } = section;
  return rest;
}

function keysOf(type: new () => object): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

describe('docs/lint.md', () => {
  const linter = new Linting({ ...samples[1], expressionTimeout: '5s' });
  afterAll(() => linter.close());

  it('has samples that are valid', () => {
    expect(samples.map((sample) => validateSection(LintConfig, sample, { refuseUnknown: true }).violations)).toEqual([
      [],
      [],
    ]);
  });

  it.each([...keysOf(LintConfig), ...keysOf(RuleConfig), ...keysOf(RequirementConfig)])('has the key %s', (key) => {
    expect(PAGE).toContain(`\`${key}\``);
  });

  it.each(Object.keys(LANGUAGE.variables))('has the variable %s', (variable) => {
    expect(PAGE).toContain(`| \`${variable}\` |`);
  });

  it.each(blocks('cel').flatMap((text) => text.trim().split('\n')))('has the expression %s, which is valid', (text) => {
    expect(checkExpression(text)).toMatchObject({ outcome: 'valid' });
  });

  it('has rules that an image can keep, and an index of it', async () => {
    const labels = { team: 'core', 'org.opencontainers.image.base.name': 'docker.io/library/debian:12' };
    const image = linter.image(
      { config: { User: 'app', Labels: labels } },
      {
        annotations: {
          'org.opencontainers.image.source': 'https://git.example.com/app',
          'org.opencontainers.image.revision': 'c'.repeat(40),
        },
      },
    );
    const release = { repository: 'prod/app', tags: ['v1.2.3'] };
    expect(await linter.push(image, release)).toEqual({ outcome: 'accepted', warnings: [] });
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [linter.child(image)] };
    expect(await linter.push(index, release)).toEqual({ outcome: 'accepted', warnings: [] });
  });

  it('has rules that an image can break, each of those that are enforced', async () => {
    const pushed = await linter.push(linter.image(), { repository: 'prod/app', tags: ['latest'] });
    if (pushed.outcome === 'accepted') throw new Error('it was accepted');
    const { violations } = pushed.error.detail as { violations: readonly { rule: string }[] };
    expect(new Set(violations.map(({ rule }) => rule))).toEqual(
      new Set(['release-tags', 'origin-known', 'our-bases', 'not-root']),
    );
  });
});
