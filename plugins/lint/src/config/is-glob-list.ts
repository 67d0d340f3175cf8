import { parseRepositoryGlob } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** A list of at least one glob: `wish` says of what. */
export function IsGlobList(wish: string): PropertyDecorator {
  return ValidateBy({
    name: 'isGlobList',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isGlob),
      defaultMessage: (args) => wish + faultIn(args?.value),
    },
  });
}

function isGlob(value: unknown): boolean {
  return typeof value === 'string' && parseRepositoryGlob(value) !== undefined;
}

function faultIn(value: unknown): string {
  if (!Array.isArray(value)) return '';
  const at = value.findIndex((glob) => !isGlob(glob));
  return at < 0 ? '' : `: entry ${at} is none`;
}
