import { ValidateBy } from 'class-validator';
import { compileCondition } from '../conditions/condition-language.js';

/** An expression in CEL over the variables of `condition-language.ts`, which gives true or false. */
export function IsCondition(): PropertyDecorator {
  return ValidateBy({
    name: 'isCondition',
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (args) => {
        const problem = problemOf(args?.value) ?? '';
        return `a CEL expression over "req" that gives true or false${problem === '' ? '' : `: ${problem}`}`;
      },
    },
  });
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return '';
  const compiled = compileCondition(value);
  return compiled.outcome === 'invalid' ? compiled.problem : undefined;
}
