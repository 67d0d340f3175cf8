import { describe, expect, it } from 'vitest';
import { runSteps, type Step } from './run-steps.js';

function aStep(name: string, script: string, after: readonly string[] = []): Step {
  return { name, command: [process.execPath, '-e', script], after };
}

const silent = (): void => undefined;

describe('runSteps', () => {
  it('tells which steps passed, with what each printed', async () => {
    const steps = [aStep('good', 'console.log("fine")'), aStep('bad', 'console.error("broken"); process.exit(3)')];
    const results = await runSteps(steps, 1, silent);
    expect(results).toMatchObject([
      { name: 'good', passed: true, output: 'fine\n' },
      { name: 'bad', passed: false, output: 'broken\n' },
    ]);
  });

  it('goes on after a failure', async () => {
    const results = await runSteps([aStep('bad', 'process.exit(1)'), aStep('good', '')], 1, silent);
    expect(results.map((result) => result.passed)).toEqual([false, true]);
  });

  it('starts a step only after those it waits for', async () => {
    const ended: string[] = [];
    const steps = [aStep('last', '', ['slow']), aStep('slow', 'setTimeout(() => {}, 100)'), aStep('quick', '')];
    await runSteps(steps, 3, (result) => ended.push(result.name));
    expect(ended.indexOf('slow')).toBeLessThan(ended.indexOf('last'));
  });

  it('fails a step whose program is not there', async () => {
    const [result] = await runSteps([{ name: 'nothing', command: ['/no/such/program'] }], 2, silent);
    expect(result).toMatchObject({ passed: false, output: expect.stringContaining('could not be started') as string });
  });

  it('rejects steps that wait for each other', async () => {
    const steps = [aStep('one', '', ['other']), aStep('other', '', ['one'])];
    await expect(runSteps(steps, 2, silent)).rejects.toThrow('can never start: one, other');
  });
});
