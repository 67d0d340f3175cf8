import { ValidateBy } from 'class-validator';
import { isStoreName } from './store-name.js';

/** Of the validation under way, which is synchronous: class-validator hands nothing from outside to a rule. */
let known: readonly string[] | undefined;

/** The name of a store of the server: `default`, or a key of `storage.stores`. */
export function IsStore(): PropertyDecorator {
  return ValidateBy({
    name: 'isStore',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && (known === undefined ? isStoreName(value) : known.includes(value)),
      defaultMessage: () =>
        known === undefined ? 'the name of a store' : `the name of a store: one of ${known.join(', ')}`,
    },
  });
}

/** Runs `validate` while `stores` are those there are. */
export function withKnownStores<Result>(stores: readonly string[] | undefined, validate: () => Result): Result {
  const before = known;
  known = stores;
  try {
    return validate();
  } finally {
    known = before;
  }
}
