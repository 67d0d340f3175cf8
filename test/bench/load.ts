import { cpuBetween, readCpu } from './cpu-time.ts';
import { HttpConnection } from './http-connection.ts';
import type { Peer } from './peer.ts';
import { readPeakMemory, resetPeakMemory } from './peak-memory.ts';

/** What one connection does over and over; it rejects where the answer is not the right one. */
export type Operation = (connection: HttpConnection) => Promise<void>;

export interface Load {
  readonly concurrency: number;
  /** No operation starts after this time, but each connection does at least one. */
  readonly milliseconds: number;
}

/** What one peer did in one stretch of one load. */
export interface Slice {
  readonly operations: number;
  readonly operationsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly cpuMicrosecondsPerOperation: number;
  readonly peakResidentBytes: number;
}

/** Puts a load on a peer over connections that are open before the clocks start. */
export async function runSlice(peer: Peer, operation: Operation, load: Load): Promise<Slice> {
  const opening = Array.from({ length: load.concurrency }, () => HttpConnection.open(peer.origin));
  const connections = await Promise.all(opening);
  try {
    resetPeakMemory(peer.pid);
    const latencies: number[] = [];
    const before = readCpu(peer.pid);
    const start = performance.now();
    const deadline = start + load.milliseconds;
    await Promise.all(connections.map((connection) => repeat(connection, operation, deadline, latencies)));
    const seconds = (performance.now() - start) / 1000;
    const cpu = cpuBetween(before, readCpu(peer.pid));
    latencies.sort((left, right) => left - right);
    return {
      operations: latencies.length,
      operationsPerSecond: latencies.length / seconds,
      p50Milliseconds: quantile(latencies, 0.5),
      p99Milliseconds: quantile(latencies, 0.99),
      cpuMicrosecondsPerOperation: cpu / 1000 / latencies.length,
      peakResidentBytes: readPeakMemory(peer.pid),
    };
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function repeat(
  connection: HttpConnection,
  operation: Operation,
  deadline: number,
  latencies: number[],
): Promise<void> {
  let started = performance.now();
  do {
    await operation(connection);
    const ended = performance.now();
    latencies.push(ended - started);
    started = ended;
  } while (started < deadline);
}

/** The nearest-rank quantile of ascending numbers, of which there is at least one. */
export function quantile(ascending: readonly number[], fraction: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * fraction) - 1)] ?? Number.NaN;
}

/** Each figure's median over the slices; the peak of memory is the greatest of them. */
export function medianSlice(slices: readonly Slice[]): Slice {
  const median = (figure: (slice: Slice) => number): number => {
    const ascending = slices.map(figure).sort((left, right) => left - right);
    const middle = ascending.length / 2;
    return (quantile(ascending, 0.5) + (ascending[Math.floor(middle)] ?? Number.NaN)) / 2;
  };
  return {
    operations: slices.reduce((sum, slice) => sum + slice.operations, 0),
    operationsPerSecond: median((slice) => slice.operationsPerSecond),
    p50Milliseconds: median((slice) => slice.p50Milliseconds),
    p99Milliseconds: median((slice) => slice.p99Milliseconds),
    cpuMicrosecondsPerOperation: median((slice) => slice.cpuMicrosecondsPerOperation),
    peakResidentBytes: Math.max(...slices.map((slice) => slice.peakResidentBytes)),
  };
}
