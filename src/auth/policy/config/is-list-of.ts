import { ValidateBy } from 'class-validator';

interface ListRules {
  /** True: a list of nothing says something. */
  readonly mayBeEmpty?: true;
  /** All that `isOne` takes, for the JSON Schema, where that can be listed. */
  readonly known?: readonly string[];
}

/** A list of texts that `isOne` takes, each once. `wish` says what may stand there, and the message which entry is wrong. */
export function IsListOf(
  wish: string,
  isOne: (text: string) => boolean,
  { mayBeEmpty, known }: ListRules = {},
): PropertyDecorator {
  const fits = (entry: unknown): boolean => typeof entry === 'string' && isOne(entry);
  const problemOf = (value: unknown): string | undefined => {
    if (!Array.isArray(value)) return '';
    if (value.length === 0) return mayBeEmpty ? undefined : ', at least one';
    const wrong = value.findIndex((entry) => !fits(entry));
    if (wrong >= 0) return `: [${wrong}] is none`;
    const again = value.findIndex((entry, at) => value.indexOf(entry) < at);
    return again < 0 ? undefined : `: [${again}] stands there already`;
  };
  return ValidateBy({
    name: 'isListOf',
    constraints: [known],
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (args) => wish + (problemOf(args?.value) ?? ''),
    },
  });
}
