/** One thing that is wrong with a configuration. */
export interface Violation {
  /** The file as the user named it. */
  readonly file: string;
  /** Dotted path such as `http.port`; `(file)` where the file as a whole is meant. */
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
}

/** The key of a violation that concerns no single key. */
export const WHOLE_FILE = '(file)';

/** A configuration that cannot be served, with everything that is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly violations: readonly Violation[],
    options?: ErrorOptions,
  ) {
    super(violations.map(describeViolation).join('\n'), options);
  }
}

function describeViolation({ file, key, found, allowed }: Violation): string {
  return `${file}: ${key}: found ${found}; allowed: ${allowed}`;
}
