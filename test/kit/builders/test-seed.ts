import { onTestFailed } from 'vitest';
import { anySeed } from './seeded-random.js';

/**
 * A seed for the running test, printed if the test fails. `TEST_SEED` in the environment sets it, which is how a
 * failure is repeated.
 *
 * @throws Error where `TEST_SEED` is set and is no integer.
 */
export function testSeed(): number {
  const given = process.env['TEST_SEED'];
  const seed = given === undefined ? anySeed() : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`TEST_SEED must be an integer, not ${String(given)}`);
  onTestFailed(() => {
    process.stderr.write(`This test ran with TEST_SEED=${String(seed)}\n`);
  });
  return seed;
}
