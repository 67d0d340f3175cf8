import { ValidateBy } from 'class-validator';

/** A list of at least one `what`, which `isOne` knows. */
export function IsListOf(what: string, isOne: (text: string) => boolean): PropertyDecorator {
  const fits = (entry: unknown): boolean => typeof entry === 'string' && isOne(entry);
  return ValidateBy({
    name: 'isListOf',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(fits),
      defaultMessage: (args) => {
        const at = Array.isArray(args?.value) ? args.value.findIndex((entry) => !fits(entry)) : -1;
        return at < 0 ? `a list of ${what}` : `a list of ${what}: entry ${at} is none`;
      },
    },
  });
}
