import { formatDuration } from '@berth/sdk';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import type { PeriodicRuns } from '../periodic/periodic-runs.js';
import { type RunCounts, seenOf, type TagOutcome } from '../periodic/run-counts.js';
import type { RecordedRun, RunOutcome } from '../periodic/run-records.js';

/** Times are in ISO 8601. */
export interface PeriodicReport {
  readonly pollInterval: string;
  readonly isRunning: boolean;
  /** `null`: it is offline. */
  readonly nextRun: string | null;
  /** The one under way, or the last; `null`: there was none yet. */
  readonly run: {
    readonly started: string;
    readonly ended: string | null;
    readonly outcome: RunOutcome | null;
    readonly repositories: number;
    readonly problems: number;
    readonly tags: Readonly<Record<TagOutcome | 'seen', number>>;
    readonly bytes: number;
  } | null;
}

/** The periodic runs of one upstream; `null` where there are none. */
export async function periodicReportOf(
  registry: UpstreamRegistry,
  runs: Pick<PeriodicRuns, 'last' | 'nextAt' | 'isRunning'>,
): Promise<PeriodicReport | null> {
  const { pollInterval } = registry.config;
  if (!registry.isPolled || pollInterval === undefined) return null;
  const [run, next] = await Promise.all([runs.last(registry), runs.nextAt(registry)]);
  return {
    pollInterval: formatDuration(pollInterval),
    isRunning: runs.isRunning(registry),
    nextRun: next === undefined ? null : timeOf(next),
    run: run ? runOf(run) : null,
  };
}

function runOf({ startedAt, endedAt, outcome, counts }: RecordedRun): PeriodicReport['run'] {
  return {
    started: timeOf(startedAt),
    ended: endedAt === undefined ? null : timeOf(endedAt),
    outcome: outcome ?? null,
    ...countsOf(counts),
  };
}

function countsOf(counts: RunCounts) {
  const { repositories, problems, tags, bytes } = counts;
  return { repositories, problems, tags: { seen: seenOf(counts), ...tags }, bytes };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
