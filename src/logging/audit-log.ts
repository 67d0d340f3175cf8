import { type Logger, pino } from 'pino';
import { closeLogOutput, type LogOutput } from './log-output.js';

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
}

/** Every successful write and every refusal, one JSON line each. Does nothing where no file is configured. */
export class AuditLog {
  readonly #pino: Logger | undefined;

  constructor(private readonly output: LogOutput | undefined) {
    this.#pino = output && pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, output);
  }

  get enabled(): boolean {
    return this.#pino !== undefined;
  }

  record(record: AuditRecord): void {
    this.#pino?.info(record, record.status < 400 ? 'write' : 'refusal');
  }

  /** What the server itself removed. */
  recordRemoval(removed: {
    readonly kind: string;
    readonly repository: string;
    readonly digest: string | undefined;
  }): void {
    this.#pino?.info(removed, 'garbage collection');
  }

  /** Writes out what has been gathered; nothing may be recorded afterwards. */
  async close(): Promise<void> {
    if (this.output) await closeLogOutput(this.output);
  }
}
