import 'reflect-metadata';
import { type SectionViolation, validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { LintConfig } from './lint.config.js';

function read(section: Readonly<Record<string, unknown>>): {
  config: LintConfig;
  violations: readonly SectionViolation[];
} {
  return validateSection(LintConfig, section, { prefix: 'extensions.lint.', refuseUnknown: true });
}

/** What is wrong with the third rule, whose others are right. */
function violationsOf(rule: Readonly<Record<string, unknown>>): readonly SectionViolation[] {
  const right = (name: string): object => ({ name, maxLayers: 10 });
  return read({ rules: [right('first'), right('second'), { name: 'third', maxLayers: 5, ...rule }] }).violations;
}

describe('the configuration of lint', () => {
  it("takes zot's form as it is", () => {
    const { config, violations } = read({ mandatoryAnnotations: ['org.opencontainers.image.source', 'team'] });
    expect(violations).toEqual([]);
    expect(config).toMatchObject({ mandatoryAnnotations: ['org.opencontainers.image.source', 'team'], rules: [] });
    expect(read({ mandatoryAnnotations: [] }).violations).toEqual([]);
  });

  it('takes an empty section: nothing is asked for', () => {
    expect(read({}).violations).toEqual([]);
  });

  it('enforces a rule on what is pushed or imported anywhere, referrers left out, unless the rule says otherwise', () => {
    const { config } = read({ rules: [{ name: 'small', maxBytes: '1GiB' }] });
    expect(config.rules[0]).toMatchObject({
      repositories: ['**'],
      mode: 'enforce',
      origins: ['pushed', 'imported'],
      referrers: false,
      maxBytes: 1024 ** 3,
    });
  });

  it.each([
    [
      { expression: 'size <' },
      'expression',
      /^"size <", in "third"$/,
      /^a CEL expression .*Unexpected token.*character 7$/,
    ],
    [{ expression: 'sise < 10' }, 'expression', /sise/, /Unknown variable: sise, at character 1$/],
    [{ expression: 'size + 1' }, 'expression', /size/, /: it gives a int, not true or false$/],
    [{ expression: 7 }, 'expression', /^7, in "third"$/, /^a CEL expression that gives true or false$/],
    [{ tagPattern: 'v(' }, 'tagPattern', /^"v\(", in "third"$/, /syntax of RE2: .*missing closing \)/],
    [{ tagPattern: null }, 'tagPattern', /^null/, /regular expression/],
    [{ require: [{ key: 'a', pattern: '[' }] }, 'require[0].pattern', /^"\[", in "third"$/, /RE2/],
    [{ require: [{ key: '' }] }, 'require[0].key', /^""/, /the key of an annotation or label/],
    [{ require: [{ key: 'a', in: 'both' }] }, 'require[0].in', /^"both"/, /^one of either, annotation, label$/],
    [{ require: [] }, 'require', /^\[\]/, /^a list of objects with a key$/],
    [{ repositories: ['team/**', 'team/['] }, 'repositories', /team/, /: entry 1 is none$/],
    [{ repositories: [] }, 'repositories', /^\[\]/, /^a list of patterns over repository names/],
    [{ forbiddenTags: ['latest', 'not a tag'] }, 'forbiddenTags', /latest/, /^a list of tags: entry 1 is none$/],
    [{ baseDigests: ['sha256:abc'] }, 'baseDigests', /sha256:abc/, /^a list of digests: entry 0 is none$/],
    [{ baseNames: ['{'] }, 'baseNames', /\{/, /image names/],
    [{ maxLayers: -1 }, 'maxLayers', /^-1/, /^a number of layers$/],
    [{ maxBytes: 'much' }, 'maxBytes', /^"much"/, /^a size such as "512MB" or "10GiB"$/],
    [{ mode: 'refuse' }, 'mode', /^"refuse"/, /^one of enforce, warn$/],
    [{ origins: ['pulled'] }, 'origins', /pulled/, /^some of pushed, imported, mirrored$/],
    [{ origins: [] }, 'origins', /^\[\]/, /^a list of origins$/],
    [{ referrers: 'yes' }, 'referrers', /^"yes"/, /^true or false$/],
    [{ message: '' }, 'message', /^""/, /^a text of at most 500 characters$/],
    [{ maxLayer: 3 }, 'maxLayer', /^an unknown key, in "third"$/, /; the nearest is "maxLayers"$/],
    [
      { require: [{ key: 'a', patern: 'x' }] },
      'require[0].patern',
      /^an unknown key, in "third"$/,
      /the nearest is "pattern"$/,
    ],
  ])('refuses %j of a rule, and says where it stands and what may', (rule, key, found, allowed) => {
    expect(violationsOf(rule)).toEqual([
      {
        key: `extensions.lint.rules[2].${key}`,
        found: expect.stringMatching(found) as string,
        allowed: expect.stringMatching(allowed) as string,
      },
    ]);
  });

  it('lists everything that is wrong with every rule at once', () => {
    const { violations } = read({
      mandatoryAnnotations: 'team',
      rules: [
        { name: 'a', tagPattern: '(' },
        { name: 'b', expression: '1' },
      ],
      expressionTimeout: '1m',
    });
    expect(violations.map(({ key }) => key)).toEqual([
      'extensions.lint.mandatoryAnnotations',
      'extensions.lint.rules[0].tagPattern',
      'extensions.lint.rules[1].expression',
      'extensions.lint.expressionTimeout',
    ]);
  });

  it('refuses a rule without a name, and one that asks for nothing', () => {
    const { violations } = read({ rules: [{ maxLayers: 1 }, { name: 'idle', mode: 'warn' }] });
    expect(violations).toEqual([
      expect.objectContaining({ key: 'extensions.lint.rules[0].name', found: 'nothing' }),
      expect.objectContaining({
        key: 'extensions.lint.rules[1].name',
        allowed: expect.stringMatching(/^the name of a rule that asks for something: one of require, /) as string,
      }),
    ]);
  });

  it('refuses two rules of one name, and one of the name that zot gives its list', () => {
    const rule = (name: string): object => ({ name, maxLayers: 1 });
    expect(read({ rules: [rule('a'), rule('b'), rule('a')] }).violations).toEqual([
      expect.objectContaining({
        key: 'extensions.lint.rules',
        allowed: 'rules with a name of their own each: "a" names rules[2] and rules[0]',
      }),
    ]);
    expect(read({ rules: [rule('mandatoryAnnotations')] }).violations).toHaveLength(1);
  });

  it.each([[{ rules: [1] }], [{ rules: {} }], [{ rules: null }], [{ mandatoryAnnotations: [''] }], [{ other: 1 }]])(
    'refuses %j',
    (section) => {
      expect(read(section).violations).not.toEqual([]);
    },
  );
});
