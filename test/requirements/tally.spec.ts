import { describe, expect, it } from 'vitest';
import { closingLines, tallyOf, type FinishedTest } from './tally.js';

function aTest(parts: Partial<FinishedTest>): FinishedTest {
  return { fullName: 'a test', state: 'passed', insideBrokenSuite: false, ...parts };
}

describe('tallyOf', () => {
  it('counts passed, failed and skipped tests', () => {
    const tally = tallyOf([aTest({}), aTest({}), aTest({ state: 'failed' }), aTest({ state: 'skipped' })], 0);
    expect(tally).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
  });

  it('counts unavailable tests as skipped, by their reason', () => {
    const left = aTest({ state: 'skipped', unavailable: 'needs skopeo: apt-get install skopeo' });
    const tally = tallyOf([left, left], 0);
    expect(tally).toMatchObject({ skipped: 2, undeclaredSkips: [] });
    expect([...tally.unavailable]).toEqual([['needs skopeo: apt-get install skopeo', 2]]);
  });

  it('counts a test that a broken suite kept from running as failed', () => {
    expect(tallyOf([aTest({ state: 'skipped', insideBrokenSuite: true })], 0)).toMatchObject({ failed: 1, skipped: 0 });
  });

  it('counts a test that passed before its suite broke as passed', () => {
    expect(tallyOf([aTest({ insideBrokenSuite: true })], 0)).toMatchObject({ passed: 1, failed: 0 });
  });

  it('counts a test that never ended as failed', () => {
    expect(tallyOf([aTest({ state: 'pending' })], 0)).toMatchObject({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts failures that no test carries', () => {
    expect(tallyOf([aTest({})], 2)).toMatchObject({ passed: 1, failed: 2 });
  });

  it('names tests skipped without a declared reason', () => {
    expect(tallyOf([aTest({ state: 'skipped', fullName: 'x > y' })], 0).undeclaredSkips).toEqual(['x > y']);
  });
});

describe('closingLines', () => {
  const tally = tallyOf(
    [
      aTest({}),
      aTest({ state: 'failed' }),
      aTest({ state: 'skipped', fullName: 'x > y' }),
      aTest({ state: 'skipped', unavailable: 'needs umoci: apt-get install umoci' }),
      aTest({ state: 'skipped', unavailable: 'needs root: run as root' }),
      aTest({ state: 'skipped', unavailable: 'needs root: run as root' }),
    ],
    0,
  );

  it('ends with the counts alone on the last line', () => {
    expect(closingLines(tally, false).at(-1)).toBe('1 passed, 1 failed, 4 skipped');
  });

  it('says each reason once, in order, with the number of tests it left out', () => {
    expect(closingLines(tally, false).slice(0, -1)).toEqual([
      'unavailable: 2 tests (needs root: run as root)',
      'unavailable: 1 test (needs umoci: apt-get install umoci)',
    ]);
  });

  it('names undeclared skips only where everything is demanded', () => {
    expect(closingLines(tally, true)).toContain('skipped without a declared requirement: x > y');
    expect(closingLines(tally, false).join('\n')).not.toContain('x > y');
  });
});
