import { ValidateBy } from 'class-validator';
import { parseTextPattern } from '../text-pattern.js';

/** A regular expression of RE2. */
export function IsTextPattern(): PropertyDecorator {
  return ValidateBy({
    name: 'isTextPattern',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && parseTextPattern(value).outcome === 'valid',
      defaultMessage: (args) => `a regular expression in the syntax of RE2${problemOf(args?.value)}`,
    },
  });
}

function problemOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  const parsed = parseTextPattern(value);
  return parsed.outcome === 'invalid' ? `: ${parsed.problem}` : '';
}
