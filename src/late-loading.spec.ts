import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadPackagesLate, makeDateFormatsLate } from './late-loading.js';

const here = createRequire(import.meta.url);

function isLoaded(name: string): boolean {
  return Object.keys(here.cache).some((file) => file.includes(`/node_modules/${name}/`) && !file.endsWith('.late'));
}

describe('a package that is loaded late', () => {
  it.each([
    ['class-validator', 'libphonenumber-js'],
    ['class-validator', 'validator'],
    ['cron', 'luxon'],
  ])('is not loaded with %s: %s', (package_, late) => {
    onTestFinished(loadPackagesLate());
    here(package_);
    expect(isLoaded(late)).toBe(false);
  });

  it('is loaded when it is used, also after the start', () => {
    const end = loadPackagesLate();
    const { isPhoneNumber, isEmail } = here('class-validator') as typeof import('class-validator');
    const { validateCronExpression } = here('cron') as typeof import('cron');
    end();
    expect([isPhoneNumber('+41446681800'), isPhoneNumber('no')]).toEqual([true, false]);
    expect([isEmail('ann@example.org'), isEmail('no')]).toEqual([true, false]);
    expect(validateCronExpression('0 3 * * *').valid).toBe(true);
    expect(isLoaded('libphonenumber-js') && isLoaded('validator')).toBe(true);
  });
});

describe('a format of dates that is made late', () => {
  it('formats as any other, also after the start', () => {
    const end = makeDateFormatsLate();
    const format = new Intl.DateTimeFormat('en-GB', { year: 'numeric' });
    end();
    expect(format.format(new Date('2026-11-24T12:00:00Z'))).toBe('2026');
    expect(format).toBeInstanceOf(Intl.DateTimeFormat);
  });

  it('refuses a time zone that is none at once', () => {
    onTestFinished(makeDateFormatsLate());
    expect(() => new Intl.DateTimeFormat('en-GB', { timeZone: 'Nowhere' })).toThrow(RangeError);
  });
});
