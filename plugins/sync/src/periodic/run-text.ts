import { type RunCounts, seenOf, TAG_OUTCOMES } from './run-counts.js';
import type { RecordedRun } from './run-records.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `12.3 MB` */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power] ?? ''}`;
}

/** What a run came to, in a line. */
export function runText(upstream: string, { outcome = 'aborted', counts }: RecordedRun): string {
  const { repositories, problems, bytes } = counts;
  const wrong = problems === 0 ? '' : `, ${problems} problems`;
  return `${upstream}: ${outcome}: ${repositories} repositories${wrong}, ${tagsText(counts)}, ${bytesText(bytes)} fetched\n`;
}

function tagsText(counts: RunCounts): string {
  const parts = TAG_OUTCOMES.filter((outcome) => counts.tags[outcome] > 0).map(
    (outcome) => `${counts.tags[outcome]} ${outcome}`,
  );
  return `${seenOf(counts)} tags${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}
