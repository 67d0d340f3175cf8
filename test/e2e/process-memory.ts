import { readFile, writeFile } from 'node:fs/promises';

export interface ProcessMemory {
  /** Resident bytes now. */
  readonly resident: number;
  /** The most resident bytes since the start or the last `forgetPeak`. */
  readonly peak: number;
}

/** What the kernel says of a running process. Linux only. */
export async function memoryOf(pid: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return { resident: bytesOf(status, 'VmRSS'), peak: bytesOf(status, 'VmHWM') };
}

/** Lets `peak` start anew from what is resident now. proc(5), clear_refs */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${String(pid)}/clear_refs`, '5');
}

/** Bytes as megabytes with one decimal, for a printed figure. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function bytesOf(status: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`the process status has no ${field}`);
  return Number(kibibytes) * 1024;
}
