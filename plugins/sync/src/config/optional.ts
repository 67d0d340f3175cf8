import { ValidateIf } from 'class-validator';

/** A property that may be left out. Unlike `IsOptional` it does not take `null` for nothing. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}
