import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { closingLines, tallyOf, type FinishedTest } from './tally.js';

type Group = TestModule | TestSuite;

/** Of the suites around `test`, the innermost first. */
function* groupsAround(test: TestCase): Generator<Group> {
  let group: Group = test.parent;
  yield group;
  while (group.type === 'suite') {
    group = group.parent;
    yield group;
  }
}

function isBroken(group: Group): boolean {
  return group.errors().length > 0;
}

function finished(test: TestCase): FinishedTest {
  const groups = [...groupsAround(test)];
  const unavailable = [test, ...groups].map((task) => task.meta().unavailable).find((reason) => reason !== undefined);
  return {
    fullName: `${test.module.relativeModuleId} > ${test.fullName}`,
    state: test.result().state,
    ...(unavailable === undefined ? {} : { unavailable }),
    insideBrokenSuite: groups.some(isBroken),
  };
}

function countBrokenWithoutTests(module: TestModule): number {
  const groups: readonly Group[] = [module, ...module.children.allSuites()];
  return groups.filter((group) => isBroken(group) && group.children.size === 0).length;
}

/**
 * Ends a run with why tests were left out and with the line `N passed, N failed, N skipped`. With `BERTH_REQUIRE_ALL=1`
 * a test that was skipped without saying what it needs makes the run fail.
 */
export class AvailabilityReporter implements Reporter {
  constructor(
    private readonly write: (text: string) => void = (text) => process.stdout.write(text),
    private readonly everythingIsDemanded: boolean = process.env['BERTH_REQUIRE_ALL'] === '1',
  ) {}

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]).map(finished);
    const broken = modules.map(countBrokenWithoutTests).reduce((sum, count) => sum + count, unhandledErrors.length);
    const tally = tallyOf(tests, broken);
    this.write(`${closingLines(tally, this.everythingIsDemanded).join('\n')}\n`);
    if (this.everythingIsDemanded && tally.undeclaredSkips.length > 0) process.exitCode = 1;
  }
}
