import { isSection, type Section } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** On a key that is good only where other keys of its section stand, or do not: `allowed` says so to whoever wrote it. */
export function AgreesWithOthers(allowed: string, agrees: (section: Section) => boolean): PropertyDecorator {
  return ValidateBy({
    name: 'agreesWithOthers',
    validator: {
      validate: (_value: unknown, args) => isSection(args?.object) && agrees(args.object),
      defaultMessage: () => allowed,
    },
  });
}
