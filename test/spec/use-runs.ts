import type { FakeUpstream, TestRegistry } from '@berth/testkit';
import { expect } from 'vitest';
import { Registries } from '../../plugins/sync/src/mirror/registries.js';
import { PeriodicRuns } from '../../plugins/sync/src/periodic/periodic-runs.js';
import type { RecordedRun } from '../../plugins/sync/src/periodic/run-records.js';

const NEVER: AbortSignal = new AbortController().signal;

/** One periodic run of one upstream of the mirror, by its place in `registries`. */
export async function runOnce(registry: TestRegistry, at = 0, signal: AbortSignal = NEVER): Promise<RecordedRun> {
  const { application } = registry;
  const upstream = application.get(Registries, { strict: false }).all[at] ?? expect.fail();
  return application.get(PeriodicRuns, { strict: false }).run(upstream, signal);
}

/** What an upstream was asked since it was asked last, in the order of the text, each with how often. */
export function askedOf(upstream: FakeUpstream): readonly string[] {
  const counts = new Map<string, number>();
  for (const { method, path } of upstream.requests.splice(0)) {
    const asked = `${method} ${path.slice('/v2/'.length)}`;
    counts.set(asked, (counts.get(asked) ?? 0) + 1);
  }
  return [...counts].map(([asked, count]) => (count === 1 ? asked : `${asked} x${count}`)).sort();
}
