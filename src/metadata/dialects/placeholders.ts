import type { Parameters } from '../database.js';

/** Stands where a value of a prepared look-up will go. */
class Placeholder {
  constructor(readonly name: string) {}
}

/** An input whose every property is the placeholder of its own name. */
export function placeholdersOf<Input extends Parameters>(): Input {
  return new Proxy({} as Input, {
    get: (_target, name) => new Placeholder(String(name)),
  });
}

/** A function that puts the values of an input in the order of `compiled`, a compiled query's parameters. */
export function bindingOf<Input extends Parameters>(compiled: readonly unknown[]): (input: Input) => unknown[] {
  const slots = compiled.map((value) =>
    value instanceof Placeholder ? (input: Input): unknown => input[value.name] : (): unknown => value,
  );
  return (input) => slots.map((slot) => slot(input));
}
