import { ValidateBy } from 'class-validator';
import { validRange } from 'semver';

const LONGEST_RANGE = 256;

/** True: every version; or a range of them. */
export function IsSemverRule(): PropertyDecorator {
  return ValidateBy({
    name: 'isSemverRule',
    validator: {
      validate: (value: unknown) => typeof value === 'boolean' || isRange(value),
      defaultMessage: () => 'true, false, or a range of versions such as ">=1.20 <2"',
    },
  });
}

function isRange(value: unknown): boolean {
  return (
    typeof value === 'string' && value.length <= LONGEST_RANGE && value.trim() !== '' && validRange(value) !== null
  );
}
