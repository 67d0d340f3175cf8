/** One test after the run, as far as counting goes. */
export interface FinishedTest {
  readonly fullName: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why the machine could not run it, where that was declared. */
  readonly unavailable?: string;
  /** True where a hook or the collection of a suite around it broke, so that it never had its chance. */
  readonly insideBrokenSuite: boolean;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** How many tests each reason left out. */
  readonly unavailable: ReadonlyMap<string, number>;
  /** Full names of the tests left out without a declared reason. */
  readonly undeclaredSkips: readonly string[];
}

/**
 * Counts `tests`. A test that a broken suite kept from running has failed, and so has one that never ended.
 * `brokenElsewhere` is the number of failures that no test carries: suites that broke before they had a test, and
 * errors outside of any test.
 */
export function tallyOf(tests: Iterable<FinishedTest>, brokenElsewhere: number): Tally {
  let passed = 0;
  let failed = brokenElsewhere;
  let skipped = 0;
  const unavailable = new Map<string, number>();
  const undeclaredSkips: string[] = [];
  for (const test of tests) {
    if (test.state === 'passed') passed += 1;
    else if (test.unavailable !== undefined && test.state === 'skipped') {
      skipped += 1;
      unavailable.set(test.unavailable, (unavailable.get(test.unavailable) ?? 0) + 1);
    } else if (test.state === 'skipped' && !test.insideBrokenSuite) {
      skipped += 1;
      undeclaredSkips.push(test.fullName);
    } else failed += 1;
  }
  return { passed, failed, skipped, unavailable, undeclaredSkips };
}

/**
 * The lines that end a run: what was left out and why, then `N passed, N failed, N skipped` alone on the last.
 * Where `everythingIsDemanded`, a test skipped without a declared requirement is named too.
 */
export function closingLines(tally: Tally, everythingIsDemanded: boolean): readonly string[] {
  const lines = [...tally.unavailable]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([reason, count]) => `unavailable: ${count} ${count === 1 ? 'test' : 'tests'} (${reason})`);
  if (everythingIsDemanded) {
    lines.push(...tally.undeclaredSkips.map((name) => `skipped without a declared requirement: ${name}`));
  }
  lines.push(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  return lines;
}
