import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until `holds` gives true; fails after `deadline` milliseconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadline = 5000): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${String(deadline)} ms: ${what}`);
    await delay(5);
  }
}
