import { describe, it, type TestFunction } from 'vitest';
import { thisMachine } from './machine.js';
import { judge, missingRequirements, type Requirements, type Verdict } from './missing-requirements.js';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the machine cannot run it; the reporter counts these out loud. */
    unavailable?: string;
  }
}

const machine = thisMachine();

/** `BERTH_REQUIRE_ALL=1` turns what would be left out, though it could be had, into failures. */
function verdictFor(requirements: Requirements): Verdict {
  return judge(missingRequirements(requirements, machine), process.env['BERTH_REQUIRE_ALL'] === '1');
}

/** `describe`, left out with its reason where the machine lacks something of `requirements`. */
export function describeWith(requirements: Requirements, name: string, tests: () => void): void {
  const verdict = verdictFor(requirements);
  switch (verdict.kind) {
    case 'run':
      describe(name, tests);
      return;
    case 'unavailable':
      describe(name, { skip: true, meta: { unavailable: verdict.reason } }, tests);
      return;
    case 'refuse':
      // One failure that names the lack, rather than what hooks and tests make of it.
      describe(name, () => {
        it('has on this machine what its tests need', () => {
          throw new Error(verdict.reason);
        });
      });
  }
}

/** `it`, left out with its reason where the machine lacks something of `requirements`. */
export function itWith(requirements: Requirements, name: string, test: TestFunction, timeout?: number): void {
  const verdict = verdictFor(requirements);
  const options = timeout === undefined ? {} : { timeout };
  switch (verdict.kind) {
    case 'run':
      it(name, options, test);
      return;
    case 'unavailable':
      it(name, { ...options, skip: true, meta: { unavailable: verdict.reason } }, test);
      return;
    case 'refuse':
      it(name, () => {
        throw new Error(verdict.reason);
      });
  }
}
