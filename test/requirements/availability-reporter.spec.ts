import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./fixture', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/** Runs the named fixtures where no program can be found; gives the exit code and the lines of standard output. */
function runFixtures(names: readonly string[], requireAll: boolean): { code: number | null; lines: readonly string[] } {
  const path = mkdtempSync(join(tmpdir(), 'berth-no-programs-'));
  try {
    const { status, stdout } = spawnSync(process.execPath, [VITEST, 'run', '--root', FIXTURE, ...names], {
      encoding: 'utf8',
      env: { PATH: path, BERTH_REQUIRE_ALL: requireAll ? '1' : '0' },
    });
    return { code: status, lines: stdout.trimEnd().split('\n') };
  } finally {
    rmSync(path, { recursive: true });
  }
}

describe('a run with everything that can happen to a test', () => {
  let run: ReturnType<typeof runFixtures>;

  beforeAll(() => {
    run = runFixtures(['outcomes', 'uncollectable'], false);
  }, 60_000);

  it('ends with the counts alone on the last line', () => {
    // passes, needs nothing · fails, the broken suite's test, the file without a test · two of skopeo, one of umoci
    expect(run.lines.at(-1)).toBe('2 passed, 3 failed, 3 skipped');
  });

  it('says before it what was left out and why', () => {
    expect(run.lines).toEqual(
      expect.arrayContaining([
        'unavailable: 2 tests (needs skopeo: apt-get install skopeo)',
        'unavailable: 1 test (needs umoci: apt-get install umoci)',
      ]),
    );
  });

  it('fails', () => {
    expect(run.code).toBe(1);
  });
});

describe('a run where everything is demanded', () => {
  let run: ReturnType<typeof runFixtures>;

  beforeAll(() => {
    run = runFixtures(['outcomes'], true);
  }, 60_000);

  it('fails one test for each missing requirement that could be had', () => {
    // as above, with one failure for the suite of skopeo and one for the test of umoci
    expect(run.lines.at(-1)).toBe('2 passed, 4 failed, 0 skipped');
  });
});

describe('a skip without a declared requirement', () => {
  it('passes where not everything is demanded', () => {
    const run = runFixtures(['undeclared-skip'], false);
    expect(run).toMatchObject({ code: 0, lines: ['0 passed, 0 failed, 1 skipped'] });
  }, 60_000);

  it('fails the run where everything is demanded, naming the test', () => {
    const run = runFixtures(['undeclared-skip'], true);
    expect(run.code).toBe(1);
    expect(run.lines.at(-2)).toMatch(/^skipped without a declared requirement: .*says nothing of what it needs$/);
  }, 60_000);
});
