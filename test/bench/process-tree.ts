import { readdirSync, readFileSync } from 'node:fs';

/** The threads of a process, by their ids. */
export function threadsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`);
}

/** Reads a file below /proc, or undefined where its process or thread ended in the meantime. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}

/** The process and all that descend from it: a server may work in several processes. */
export function processTree(pid: number): readonly number[] {
  const children = threadsOf(pid)
    .map((thread) => readProc(`/proc/${pid}/task/${thread}/children`) ?? '')
    .flatMap((list) => list.split(' ').filter((word) => word !== ''));
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}
