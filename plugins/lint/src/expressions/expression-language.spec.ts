import { describe, expect, it } from 'vitest';
import { checkExpression } from './expression-language.js';

describe('checkExpression', () => {
  it.each([
    'size < 1000000000',
    'repository.startsWith("team/") && !("windows/amd64" in platforms)',
    'manifest.layers.all(layer, layer.size < 1000)',
    'manifest.annotations.approved',
    '!has(config.config.User) || config.config.User != "root"',
  ])('takes %s', (expression) => {
    expect(checkExpression(expression)).toMatchObject({ outcome: 'valid' });
  });

  it.each([
    ['size <', /, at character 7$/],
    ['tg == "latest"', /^Unknown variable: tg, at character 1$/],
    ['size == "big"', /^no such overload: int == string/],
    ['platforms.os == "linux"', /at character 11$/],
    ['size + 1', /^it gives a int, not true or false$/],
    ['tag.startWith("v")', /startWith/],
    ['tag.matches("v(")', /^an invalid regular expression, at character 13$/],
    [`${'('.repeat(60)}true${')'.repeat(60)}`, /maxDepth/],
  ])('refuses %s, and says what is wrong', (expression, problem) => {
    expect(checkExpression(expression)).toEqual({
      outcome: 'invalid',
      problem: expect.stringMatching(problem) as string,
    });
  });

  it('refuses what no rule needs so many characters for', () => {
    const problem = 'it is longer than 10000 characters';
    expect(checkExpression(`size == 1${' '.repeat(10_000)}`)).toEqual({ outcome: 'invalid', problem });
  });

  it('says which variables are read', () => {
    const checked = checkExpression('config.os == "linux" && labels.exists(key, key == repository)');
    expect(checked).toEqual({ outcome: 'valid', uses: new Set(['config', 'labels', 'repository']) });
  });
});
