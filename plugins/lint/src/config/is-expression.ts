import { ValidateBy } from 'class-validator';
import { checkExpression } from '../expressions/expression-language.js';

/** An expression in CEL over the variables of `expression-language.ts`, which gives true or false. */
export function IsExpression(): PropertyDecorator {
  return ValidateBy({
    name: 'isExpression',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && checkExpression(value).outcome === 'valid',
      defaultMessage: (args) => `a CEL expression that gives true or false${problemOf(args?.value)}`,
    },
  });
}

function problemOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  const checked = checkExpression(value);
  return checked.outcome === 'invalid' ? `: ${checked.problem}` : '';
}
