import { writeFileSync } from 'node:fs';
import { processTree, readProc } from './process-tree.ts';

/** Sets the peak of a process and its descendants back to what they hold now (proc(5), clear_refs). */
export function resetPeakMemory(pid: number): void {
  for (const member of processTree(pid)) writeFileSync(`/proc/${member}/clear_refs`, '5');
}

/** Bytes resident at the peak since the last reset, summed over the process and its descendants. */
export function readPeakMemory(pid: number): number {
  return processTree(pid).reduce((sum, member) => {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`/proc/${member}/status`) ?? '')?.[1];
    return sum + Number(kibibytes ?? 0) * 1024;
  }, 0);
}
