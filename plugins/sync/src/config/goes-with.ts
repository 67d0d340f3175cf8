import { isSection } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

type Sibling = (name: string) => unknown;

/** On a key that says something only beside others of its section. `allowed`: what there has to be. */
export function GoesWith(fits: (value: unknown, sibling: Sibling) => boolean, allowed: string): PropertyDecorator {
  return ValidateBy({
    name: 'goesWith',
    validator: {
      validate: (value: unknown, args) => {
        const section: unknown = args?.object;
        return fits(value, (name) => (isSection(section) ? section[name] : undefined));
      },
      defaultMessage: () => allowed,
    },
  });
}
