import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDateFormatsLate } from './late-loading.js';

const run = promisify(execFile);

const module = new URL('./late-loading.ts', import.meta.url).href;

/** What `script`, in a process of its own that loads packages late, says of itself as JSON. */
async function inProcess(script: string): Promise<unknown> {
  const prologue = `
    import { createRequire } from 'node:module';
    import { loadPackagesLate } from ${JSON.stringify(module)};
    const end = loadPackagesLate();
    const here = createRequire(${JSON.stringify(import.meta.url)});
    const isLoaded = (name) =>
      Object.keys(here.cache).some((file) => file.includes('/node_modules/' + name + '/') && !file.endsWith('.late'));
    const say = (value) => process.stdout.write(JSON.stringify(value));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', prologue + script]);
  return JSON.parse(stdout);
}

describe('a package that is loaded late', () => {
  it('is not loaded with the one that needs it', async () => {
    const script =
      "here('class-validator'); here('cron'); say(['libphonenumber-js', 'validator', 'luxon'].map(isLoaded));";
    expect(await inProcess(script)).toEqual([false, false, false]);
  });

  it('is loaded when it is used, also after the start', async () => {
    const script = `
      const { isPhoneNumber, isEmail } = here('class-validator');
      const { validateCronExpression } = here('cron');
      end();
      say({
        phone: ['+41446681800', 'no'].map((text) => isPhoneNumber(text)),
        email: ['ann@example.org', 'no'].map((text) => isEmail(text)),
        cron: validateCronExpression('0 3 * * *').valid,
        isLoaded: ['libphonenumber-js', 'validator'].map(isLoaded),
      });`;
    expect(await inProcess(script)).toEqual({
      phone: [true, false],
      email: [true, false],
      cron: true,
      isLoaded: [true, true],
    });
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
