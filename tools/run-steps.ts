import { spawn } from 'node:child_process';

/** One command of a check. */
export interface Step {
  readonly name: string;
  /** The program and its arguments; the program is found as npm finds it. */
  readonly command: readonly [string, ...string[]];
  /** Names of steps that must have ended before; whether they failed or not, this one says more. */
  readonly after?: readonly string[];
}

export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  /** Wall clock. */
  readonly milliseconds: number;
  /** What it printed, standard output and error as they came. */
  readonly output: string;
}

function runStep(step: Step): Promise<StepResult> {
  const started = performance.now();
  const [program, ...parameters] = step.command;
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve) => {
    const end = (passed: boolean, remark = ''): void => {
      const output = Buffer.concat(chunks).toString() + remark;
      resolve({ name: step.name, passed, milliseconds: performance.now() - started, output });
    };
    child.once('error', (error) => {
      end(false, `${program} could not be started: ${error.message}\n`);
    });
    child.once('close', (code) => {
      end(code === 0);
    });
  });
}

/**
 * Runs every step, at most `atOnce` at a time, in the given order as far as `after` lets it; no failure stops another
 * step. `report` is called as each ends. Rejects where the steps wait for each other or for one that is not there.
 */
export async function runSteps(
  steps: readonly Step[],
  atOnce: number,
  report: (result: StepResult) => void,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const running = new Set<Promise<void>>();
  const waiting = [...steps];
  const isReady = (step: Step): boolean =>
    (step.after ?? []).every((name) => results.some((result) => result.name === name));
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < atOnce ? waiting.findIndex(isReady) : -1;
    const [step] = next < 0 ? [] : waiting.splice(next, 1);
    if (step !== undefined) {
      const run: Promise<void> = runStep(step).then((result) => {
        results.push(result);
        running.delete(run);
        report(result);
      });
      running.add(run);
    } else if (running.size > 0) {
      await Promise.race(running);
    } else {
      throw new Error(`steps that can never start: ${waiting.map((one) => one.name).join(', ')}`);
    }
  }
  return results;
}
