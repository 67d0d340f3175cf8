import { setTimeout as delay } from 'node:timers/promises';

const STEP_MILLISECONDS = 10;

/**
 * Waits until `probe` gives something other than `undefined` or `false`, and gives that.
 *
 * @throws Error naming `what` when `deadline` milliseconds have passed; whatever `probe` throws, at once.
 */
export async function pollUntil<T>(
  what: string,
  deadline: number,
  probe: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadline;
  for (;;) {
    const found = await probe();
    if (isFound(found)) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${String(deadline)} ms`);
    await delay(STEP_MILLISECONDS);
  }
}

function isFound<T>(value: T): value is Exclude<T, undefined | false> {
  return value !== undefined && value !== false;
}
