import { ValidateBy } from 'class-validator';
import { RE2JS } from 're2js';

/** A regular expression of RE2, which is Go's. */
export function IsTagPattern(): PropertyDecorator {
  return ValidateBy({
    name: 'isTagPattern',
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (args) => `a regular expression in the syntax of RE2: ${problemOf(args?.value) ?? ''}`,
    },
  });
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'it is no text';
  try {
    RE2JS.compile(value);
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}
