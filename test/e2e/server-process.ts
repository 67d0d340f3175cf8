import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isConnectionFailure } from './connection-failure.js';
import { pollUntil } from './poll-until.js';
import { type SocketRequest, socketRequest } from './socket-request.js';

/** The server's program: the build of this repository unless `BERTH_ENTRY` names another. */
export const SERVER_ENTRY = process.env['BERTH_ENTRY'] ?? join(import.meta.dirname, '../../dist/main.js');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const READY_DEADLINE = 20_000;

/** One running `berth serve`. */
export class ServerProcess {
  /** Its log so far: one object a line; a line that is no JSON object is kept as `{ text }`. */
  readonly log: Readonly<Record<string, unknown>>[] = [];
  /** What it has written to its standard error so far. */
  errorOutput = '';
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;

  /** Starts without waiting. */
  constructor(
    readonly configPath: string,
    entry = SERVER_ENTRY,
  ) {
    this.child = spawn(process.execPath, [entry, 'serve', configPath], { stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.log.push(parseLogLine(line)));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errorOutput += text));
    this.exited = once(this.child, 'close').then(() => ({ code: this.child.exitCode, signal: this.child.signalCode }));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the server was not started');
    return this.child.pid;
  }

  /** Where it listens, such as `http://127.0.0.1:41234`; `undefined` until it says so. */
  get listeningUrl(): string | undefined {
    const url = this.log.find((line) => line['event'] === 'listening')?.['url'];
    return typeof url === 'string' ? url : undefined;
  }

  /** Where it listens. @throws Error until it says so. */
  get url(): string {
    if (this.listeningUrl === undefined) throw new Error('the server does not listen yet');
    return this.listeningUrl;
  }

  /** Host and port, as an image name begins. */
  get host(): string {
    return new URL(this.url).host;
  }

  /** A client of this server. */
  get request(): SocketRequest {
    return socketRequest(this.url);
  }

  /** Waits until `/readyz` answers 200. @throws Error with the output when it ends first or takes over 20 s. */
  async ready(): Promise<this> {
    await pollUntil('the server is ready', READY_DEADLINE, async () => {
      if (this.ended) throw new Error(`the server ended before it was ready:\n${this.output()}`);
      return this.listeningUrl !== undefined && (await this.isReady());
    });
    return this;
  }

  /** Whether `/readyz` answers 200 now. */
  async isReady(): Promise<boolean> {
    const response = await this.request('GET', '/readyz').catch(notThere);
    return response?.status === 200;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends `signal` and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** SIGTERM, and waits for the end. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exited;
  }

  /** SIGKILL, and waits for the end: the server can do nothing more. */
  async kill(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }

  /** All that it has written, for an error message. */
  output(): string {
    return [...this.log.map((line) => JSON.stringify(line)), this.errorOutput].join('\n');
  }
}

function parseLogLine(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : { text: line };
  } catch (error) {
    if (error instanceof SyntaxError) return { text: line };
    throw error;
  }
}

function notThere(error: unknown): undefined {
  if (!isConnectionFailure(error)) throw error;
}
