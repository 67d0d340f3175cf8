/** Where a command writes text: `out` takes what was asked for, `err` what went wrong. */
export interface Console {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether somebody looks at what `err` writes, and can see it change. */
  readonly isTerminal?: boolean;
}

/** The console of this process. */
export const PROCESS_CONSOLE: Console = {
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
  isTerminal: process.stderr.isTTY,
};
