import { processTree, readProc, threadsOf } from './process-tree.ts';

/** The kernel counts utime and stime in hundredths of a second towards user space, on every architecture. */
const NANOSECONDS_PER_TICK = 10_000_000;

export interface CpuReading {
  /** Run time of the threads alive, exact. */
  readonly ofThreads: number;
  /** Run time of the processes with all threads and children that have ended, to 10 ms per process. */
  readonly ofProcesses: number;
}

/** Reads the CPU time that a process and its descendants have used so far. */
export function readCpu(pid: number): CpuReading {
  let ofThreads = 0;
  let ofProcesses = 0;
  for (const member of processTree(pid)) {
    for (const thread of threadsOf(member)) {
      ofThreads += Number(readProc(`/proc/${member}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0);
    }
    const stat = readProc(`/proc/${member}/stat`) ?? '';
    // The name in parentheses may hold spaces; after it come state and ten fields before utime (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    ofProcesses += ticks * NANOSECONDS_PER_TICK;
  }
  return { ofThreads, ofProcesses };
}

/**
 * CPU nanoseconds between two readings. The exact sum over threads forgets those that ended, so where the coarse
 * figure is larger by more than its own grain, a thread did end and the coarse one is the truth.
 */
export function cpuBetween(before: CpuReading, after: CpuReading): number {
  const exact = after.ofThreads - before.ofThreads;
  const coarse = after.ofProcesses - before.ofProcesses;
  return coarse - exact > 3 * NANOSECONDS_PER_TICK ? coarse : exact;
}
