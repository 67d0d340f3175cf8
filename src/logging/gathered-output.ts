import { Buffer } from 'node:buffer';
import { close, write, writeSync } from 'node:fs';

/** Characters that are gathered before they are written: a write goes through a thread, which costs more than a line. */
const GATHERED = 32 * 1024;
/** How long a line waits for others, in milliseconds. */
const GATHER_TIME = 200;
/** Characters that may wait for a reader that takes nothing, so that it cannot fill the memory. */
const MOST_GATHERED = 16 * 1024 * 1024;
/** How long a pipe that is full gets until it is tried again, in milliseconds. */
const FULL_PIPE_TIME = 50;

/** Lines, written to a file in large pieces by one write at a time. What a full disk does not take is lost, and reported. */
export class GatheredOutput {
  #text = '';
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;
  #failure: string | undefined;
  #idle: (() => void)[] = [];

  /** `report` is told of each failure once, until something was written again. */
  constructor(
    private readonly fd: number,
    private readonly report: (error: Error) => void,
  ) {
    process.once('exit', this.#writeLast);
  }

  write(line: string): void {
    if (this.#text.length > MOST_GATHERED) {
      this.#fail(new Error('nobody takes what is written'));
      return;
    }
    this.#text += line;
    if (this.#text.length >= GATHERED) this.#writeGathered();
    else this.#timer ??= setTimeout(this.#writeGathered, GATHER_TIME).unref();
  }

  /** Resolves once everything that has been gathered is written, or lost. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#writeGathered();
    });
  }

  /** Lets go of the file. Nothing may be written afterwards. */
  destroy(): void {
    process.removeListener('exit', this.#writeLast);
    clearTimeout(this.#timer);
    if (this.fd > 2) close(this.fd);
  }

  readonly #writeGathered = (): void => {
    if (this.#isWriting) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === '') {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const piece = Buffer.from(this.#text);
    this.#text = '';
    this.#isWriting = true;
    this.#writePiece(piece);
  };

  #writePiece(piece: Buffer): void {
    write(this.fd, piece, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => {
          this.#writePiece(piece);
        }, FULL_PIPE_TIME).unref();
      } else if (error === null && written < piece.length) {
        this.#writePiece(piece.subarray(written));
      } else {
        this.#wrote(error);
      }
    });
  }

  #wrote(error: Error | null): void {
    this.#isWriting = false;
    if (error === null) this.#failure = undefined;
    else this.#fail(error);
    // What came meanwhile has waited long enough where there is much of it, or where somebody waits for it.
    if (this.#text.length >= GATHERED || this.#idle.length > 0) this.#writeGathered();
    else if (this.#text !== '') this.#timer ??= setTimeout(this.#writeGathered, GATHER_TIME).unref();
  }

  #fail(error: Error): void {
    if (error.message !== this.#failure) this.report(error);
    this.#failure = error.message;
  }

  /** A crash ends the process before the timer does. */
  readonly #writeLast = (): void => {
    try {
      writeSync(this.fd, this.#text);
    } catch (cause) {
      this.report(cause instanceof Error ? cause : new Error(String(cause)));
    }
  };
}
