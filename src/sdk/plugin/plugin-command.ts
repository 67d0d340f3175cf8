/** The terminal a command writes to. */
export interface CommandConsole {
  out(text: string): void;
  err(text: string): void;
  /** Whether somebody looks at what `err` writes, and can see it change. */
  readonly isTerminal?: boolean;
}

export interface CommandInvocation {
  /** What follows the name of the command and the configuration. */
  readonly args: readonly string[];
  readonly console: CommandConsole;
  /** Aborts when the user interrupts the command. */
  readonly signal: AbortSignal;
}

/**
 * A subcommand: `berth <name> <config> [arguments]`. It runs with the ports of a server that does not listen, over the data that the
 * configuration names.
 */
export interface PluginCommand {
  readonly name: string;
  /** One line for `berth --help`. */
  readonly summary: string;
  /** Resolves with the exit code. */
  run(invocation: CommandInvocation): Promise<number>;
}
