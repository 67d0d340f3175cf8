import { ValidateBy } from 'class-validator';

/**
 * A key of zot's, or one that is planned, which chooses or limits something and does nothing yet: to start with it would be to ignore
 * it. `off`: values that ask for nothing, and so are taken.
 */
export function NotBuilt(...off: readonly unknown[]): PropertyDecorator {
  const taken = off.length === 0 ? '' : ` (taken: ${off.map((value) => JSON.stringify(value)).join(', ')})`;
  return ValidateBy({
    name: 'notBuilt',
    validator: {
      validate: (value: unknown) => value === undefined || off.includes(value),
      defaultMessage: () => `nothing: it is not built yet, leave the key out${taken}`,
    },
  });
}
