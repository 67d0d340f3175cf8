import { isSection } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** On a list of hosts: where there are any, the upstream has a namespace that they stand for. */
export function HaveNamespaces(): PropertyDecorator {
  return ValidateBy({
    name: 'haveNamespaces',
    validator: {
      validate: (value: unknown, args) =>
        !isFilled(value) || (isSection(args?.object) && isFilled(args.object['namespaces'])),
      defaultMessage: () => 'hosts beside namespaces, the first of which they stand for',
    },
  });
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
