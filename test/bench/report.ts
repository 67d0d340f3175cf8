import { cpus } from 'node:os';
import type { Measurement } from './measure.ts';
import { cpuRatio, type Verdict } from './verdicts.ts';

const GIGABYTE = 1e9;
const MEGABYTE = 1e6;

const COLUMNS = [
  ['case', 25],
  ['conc', 4],
  ['peer', 13],
  ['req/s', 9],
  ['p50 ms', 9],
  ['p99 ms', 9],
  ['CPU µs/req', 11],
  ['CPU s/GB', 8],
  ['peak MB', 7],
  ['CPU/cncf', 8],
  ['target', 7],
] as const;

/** The line of column titles. */
export function tableHead(): string {
  return row(COLUMNS.map(([title]) => title));
}

/** One line per measurement, with its ratio to docker-registry among them. */
export function tableRows(measurements: readonly Measurement[]): string {
  return measurements
    .map((measurement) => {
      const { benchCase, concurrency, peer, median } = measurement;
      const ratio = cpuRatio(measurement, measurements);
      return row([
        benchCase.name,
        String(concurrency),
        peer,
        rounded(median.operationsPerSecond),
        rounded(median.p50Milliseconds),
        rounded(median.p99Milliseconds),
        rounded(median.cpuMicrosecondsPerOperation),
        rounded(cpuSecondsPerGigabyte(measurement)),
        rounded(median.peakResidentBytes / MEGABYTE),
        ratio === undefined ? '' : ratio.toFixed(3),
        peer === 'berth' && benchCase.atMost !== undefined ? `<= ${benchCase.atMost}` : '',
      ]);
    })
    .join('\n');
}

/** What the hooks of a manifest GET cost where no plugin handles them, beside what the whole of it costs. */
export function hookLine(nanoseconds: number, measurements: readonly Measurement[]): string {
  const whole = measurements.find(
    ({ benchCase, peer }) => peer === 'berth' && benchCase.name.startsWith('manifest-get'),
  );
  const micros = whole?.median.cpuMicrosecondsPerOperation;
  const share = micros === undefined ? '' : `, ${(nanoseconds / 10 / micros).toFixed(3)} % of its CPU time`;
  return `Hooks of a manifest GET with no plugin: ${nanoseconds.toFixed(0)} ns a request${share}.`;
}

/** What the cases say about themselves, each once. */
export function noteLines(measurements: readonly Measurement[]): string {
  const notes = measurements.flatMap(({ benchCase }) =>
    benchCase.note === undefined ? [] : [`- ${benchCase.name}: ${benchCase.note}`],
  );
  return [
    'A request of a push is the whole push. Blobs are pushed as POST and one PUT with Content-Length (as containerd',
    'does). CPU is user and system time of the server. The client shares the machine: its cost limits req/s and p50.',
    'berth and cncf answer a push without syncing it to disk; berth-durable syncs first.',
    ...new Set(notes),
  ].join('\n');
}

/** Each target with what was measured. */
export function verdictLines(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return 'No target was judged: that takes berth and docker-registry in one run.';
  return verdicts
    .map(({ claim, measured, atMost, isMet }) => {
      return `${isMet ? 'met   ' : 'MISSED'} ${claim}: ${measured.toFixed(3)} (target at most ${atMost})`;
    })
    .join('\n');
}

/** The machine on which the figures hold. */
export function machine(): { readonly cpu: string; readonly cores: number; readonly node: string } {
  return { cpu: cpus()[0]?.model ?? 'unknown CPU', cores: cpus().length, node: process.version };
}

/** What `--json` writes of a measurement. */
export function measurementRecord(measurement: Measurement, measurements: readonly Measurement[]): object {
  const { benchCase, concurrency, peer, median, slices } = measurement;
  return {
    case: benchCase.name,
    concurrency,
    peer,
    ...median,
    cpuSecondsPerGigabyte: cpuSecondsPerGigabyte(measurement),
    cpuRatioToCncf: cpuRatio(measurement, measurements),
    slices,
  };
}

function cpuSecondsPerGigabyte({ benchCase, median }: Measurement): number | undefined {
  if (benchCase.bytes === undefined || benchCase.bytes < 1024 ** 2) return undefined;
  return (median.cpuMicrosecondsPerOperation / 1e6) * (GIGABYTE / benchCase.bytes);
}

function rounded(figure: number | undefined): string {
  if (figure === undefined) return '';
  return figure >= 100 ? figure.toFixed(0) : figure.toFixed(figure >= 10 ? 1 : 2);
}

function row(cells: readonly string[]): string {
  return COLUMNS.map(([, width], index) => {
    const cell = cells[index] ?? '';
    return index === 0 || index === 2 ? cell.padEnd(width) : cell.padStart(width);
  }).join('  ');
}
