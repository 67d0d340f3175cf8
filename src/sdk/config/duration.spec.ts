import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DURATION_PATTERN, formatDuration, IsDuration, milliseconds, parseDuration } from './duration.js';

class Section {
  @IsDuration()
  timeout = milliseconds(60_000);
}

function read(timeout: unknown): { section: Section; problems: number } {
  const section = plainToInstance(Section, { timeout });
  return { section, problems: validateSync(section).length };
}

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['2us', 0.002],
    ['2\u00b5s', 0.002],
    ['2\u03bcs', 0.002],
    ['1ns', 0.000001],
    ['1m1m', 120_000],
    ['+5s', 5000],
    ['-5s', -5000],
  ])('reads %s as %d milliseconds, as Go does', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', 's', '.s', '1d', '1 s', ' 1s', '1s ', '1h30', '1S', '--1s', '1e3s', 'soon', '9999999h'])(
    'refuses %j, as Go does',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('reads a fraction without a rounding error', () => {
    expect(parseDuration('1.001s')).toBe(1001);
  });

  it('never gives a negative zero', () => {
    expect(Object.is(parseDuration('-0s'), 0)).toBe(true);
  });
});

describe('formatDuration', () => {
  it('writes what parseDuration reads back as the same duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (value) => {
        expect(parseDuration(formatDuration(milliseconds(value)))).toBe(value);
      }),
    );
  });

  it('uses the largest units', () => {
    expect(formatDuration(milliseconds(5_400_250))).toBe('1h30m250ms');
    expect(formatDuration(milliseconds(0))).toBe('0s');
  });
});

describe('IsDuration', () => {
  it('turns a written duration into milliseconds', () => {
    expect(read('1m').section.timeout).toBe(60_000);
  });

  it('keeps the default where nothing is written', () => {
    expect(plainToInstance(Section, {}).timeout).toBe(60_000);
    expect(validateSync(plainToInstance(Section, {}))).toEqual([]);
  });

  it('takes 0 as a number', () => {
    expect(read(0)).toMatchObject({ problems: 0, section: { timeout: 0 } });
  });

  it.each([[30], ['30'], ['-1s'], [true], [{}]])('refuses %j', (value) => {
    expect(read(value).problems).toBe(1);
  });

  it('refuses what its published pattern refuses, and takes what it takes', () => {
    for (const text of ['0', '0s', '1h30m', '1.s', '.5s', '2\u03bcs', '', '5', '1d', '1s ', '-1s']) {
      expect([text, read(text).problems === 0]).toEqual([text, new RegExp(DURATION_PATTERN).test(text)]);
    }
  });
});
