import { isSection } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** What a rule can ask for. */
export const DEMANDS = [
  'require',
  'tagPattern',
  'forbiddenTags',
  'maxLayers',
  'maxBytes',
  'maxLayerBytes',
  'baseDigests',
  'baseNames',
  'expression',
] as const;

/** On the name of a rule: the rule asks for something. One that asks for nothing is a mistake, such as a misspelt key. */
export function AsksForSomething(): PropertyDecorator {
  return ValidateBy({
    name: 'asksForSomething',
    validator: {
      validate: (_name: unknown, args) => asks(args?.object),
      defaultMessage: () => `the name of a rule that asks for something: one of ${DEMANDS.join(', ')}`,
    },
  });
}

function asks(rule: unknown): boolean {
  return isSection(rule) && DEMANDS.some((demand) => rule[demand] !== undefined);
}
