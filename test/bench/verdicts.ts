import type { Measurement } from './measure.ts';

export interface Verdict {
  readonly claim: string;
  /** What was measured: a ratio of CPU times. */
  readonly measured: number;
  readonly atMost: number;
  readonly isMet: boolean;
}

const FLATNESS = 1.2;

/** CPU per operation as a part of docker-registry's at the same load; undefined where that was not measured. */
export function cpuRatio(of: Measurement, among: readonly Measurement[]): number | undefined {
  const reference = among.find(
    (other) => other.peer === 'cncf' && other.benchCase === of.benchCase && other.concurrency === of.concurrency,
  );
  if (reference === undefined || of.peer === 'cncf') return undefined;
  return of.median.cpuMicrosecondsPerOperation / reference.median.cpuMicrosecondsPerOperation;
}

/** Compares what was measured with the targets; a target without a measurement gives no verdict. */
export function verdictsOn(measurements: readonly Measurement[]): readonly Verdict[] {
  return [...ratioVerdicts(measurements), ...flatnessVerdicts(measurements), ...multipleVerdicts(measurements)];
}

function ratioVerdicts(measurements: readonly Measurement[]): Verdict[] {
  return measurements.flatMap((measurement) => {
    const { benchCase, concurrency, peer } = measurement;
    const measured = cpuRatio(measurement, measurements);
    if (peer !== 'berth' || benchCase.atMost === undefined || measured === undefined) return [];
    const claim = `${benchCase.name} at concurrency ${concurrency}: CPU against docker-registry`;
    return [{ claim, measured, atMost: benchCase.atMost, isMet: measured <= benchCase.atMost }];
  });
}

function flatnessVerdicts(measurements: readonly Measurement[]): Verdict[] {
  const groups = Map.groupBy(
    measurements.filter(({ peer, benchCase }) => peer === 'berth' && benchCase.flatGroup !== undefined),
    ({ benchCase, concurrency }) => `${benchCase.flatGroup ?? ''} at concurrency ${concurrency}`,
  );
  return [...groups].flatMap(([name, members]) => {
    if (members.length < 2) return [];
    const costs = members.map(({ median }) => median.cpuMicrosecondsPerOperation);
    const measured = Math.max(...costs) / Math.min(...costs);
    const claim = `${name}: dearest against cheapest of ${members.length} repository sizes`;
    return [{ claim, measured, atMost: FLATNESS, isMet: measured <= FLATNESS }];
  });
}

function multipleVerdicts(measurements: readonly Measurement[]): Verdict[] {
  return measurements.flatMap((measurement) => {
    const { benchCase, concurrency, peer, median } = measurement;
    const { costsAtMost } = benchCase;
    const reference = measurements.find(
      (other) => other.peer === peer && other.concurrency === concurrency && other.benchCase.name === costsAtMost?.of,
    );
    if (costsAtMost === undefined || reference === undefined) return [];
    const measured = median.cpuMicrosecondsPerOperation / reference.median.cpuMicrosecondsPerOperation;
    const claim = `${benchCase.name} at concurrency ${concurrency}: CPU against ${costsAtMost.of}`;
    return [{ claim, measured, atMost: costsAtMost.times, isMet: measured <= costsAtMost.times }];
  });
}
