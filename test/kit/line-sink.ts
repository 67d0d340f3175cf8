import { Transform } from 'node:stream';

/** Keeps the JSON lines that a log writes. */
export class LineSink {
  private readonly lines: Readonly<Record<string, unknown>>[] = [];

  /** Takes one line, or several, in each write. */
  readonly output = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      for (const line of chunk.toString().split('\n')) if (line !== '') this.lines.push(parseLine(line));
      done();
    },
  });

  /** All lines so far, oldest first. */
  get all(): readonly Readonly<Record<string, unknown>>[] {
    return this.lines;
  }

  clear(): void {
    this.lines.length = 0;
  }
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Record<string, unknown>;
}
