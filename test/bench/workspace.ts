import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INTERRUPTED = 130;

/** The folder and the child processes of one run; both are gone when it ends, however it ends. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  readonly #children = new Set<ChildProcess>();
  readonly #logFiles: string[] = [];

  constructor() {
    process.once('exit', () => {
      this.#clear();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.exit(INTERRUPTED);
      });
    }
  }

  /** Starts a program whose output goes to `logFile`; it throws where the program cannot be started. */
  start(program: string, parameters: readonly string[], logFile: string): { child: ChildProcess; pid: number } {
    const log = openSync(logFile, 'w');
    const child = spawn(program, parameters, { cwd: this.folder, stdio: ['ignore', log, log] });
    closeSync(log);
    if (child.pid === undefined) throw new Error(`${program} cannot be started`);
    this.#children.add(child);
    this.#logFiles.push(logFile);
    child.once('exit', () => this.#children.delete(child));
    return { child, pid: child.pid };
  }

  /** The last lines of each server's log, to explain a failure. */
  logTails(): string {
    return this.#logFiles
      .map((logFile) => `${logFile}:\n${readFileSync(logFile, 'utf8').split('\n').slice(-6).join('\n')}`)
      .join('\n');
  }

  #clear(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
