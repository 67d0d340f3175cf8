import { type Logger, pino } from 'pino';
import { closeLogOutput, type LogOutput, writeOut } from './log-output.js';
import { timeField } from './time-field.js';

export interface AuditRecord {
  readonly method: string;
  /** The path the client asked for, without its query. */
  readonly path: string;
  readonly status: number;
  readonly repository: string | undefined;
  readonly reference: string | undefined;
  readonly digest: string | undefined;
  readonly actor: string | undefined;
  readonly address: string;
  readonly requestId: string;
  /** A login that failed: who it was said to be, how, and why it was refused. */
  readonly login?: { readonly method: string; readonly user: string | undefined; readonly reason: string } | undefined;
  /** The rule by which it was refused. */
  readonly rule?: string | undefined;
}

/** Every successful write and every refusal, one JSON line each. Does nothing where no file is configured. */
export class AuditLog {
  readonly #pino: Logger | undefined;

  constructor(private readonly output: LogOutput | undefined) {
    this.#pino = output && pino({ base: null, timestamp: timeField }, output);
  }

  get enabled(): boolean {
    return this.#pino !== undefined;
  }

  /** Only the fields of an AuditRecord are written, whatever else the object has. */
  record(record: AuditRecord): void {
    const { method, path, status, repository, reference, digest, actor, address, requestId, login, rule } = record;
    const line = { method, path, status, repository, reference, digest, actor, address, requestId, login, rule };
    this.#write(line, status < 400 ? 'write' : 'refusal');
  }

  /** What the server itself removed. */
  recordRemoval(
    removed: { readonly kind: string; readonly repository: string; readonly digest: string | undefined },
    why: 'garbage collection' | 'eviction' = 'garbage collection',
  ): void {
    this.#write(removed, why);
  }

  /** What the server removed because its upstream has it no more. */
  recordGone(gone: {
    readonly repository: string;
    readonly reference: string;
    readonly digest: string;
    readonly upstream: string;
  }): void {
    this.#write({ kind: 'tag', ...gone }, 'gone upstream');
  }

  /** A push that hides what a mirrored repository would have from its upstream. */
  recordShadowing(shadowing: {
    readonly repository: string;
    readonly reference: string;
    readonly digest: string;
    readonly upstream: string;
    readonly actor: string | undefined;
    readonly requestId: string | undefined;
  }): void {
    this.#write(shadowing, 'a pushed tag shadows that of the upstream');
  }

  /** At once: a line that waits for others is lost where the process is killed. */
  #write(fields: object, message: string): void {
    if (!this.#pino || !this.output) return;
    this.#pino.info(fields, message);
    writeOut(this.output);
  }

  /** Writes out what has been gathered; nothing may be recorded afterwards. */
  async close(): Promise<void> {
    if (this.output) await closeLogOutput(this.output);
  }
}
