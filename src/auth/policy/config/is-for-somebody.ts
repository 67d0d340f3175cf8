import { isSection } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** On one property of a rule: some of `lists` must name somebody, or one of `switches` be on, or the rule is for nobody. */
export function IsForSomebody(
  wish: string,
  lists: readonly string[],
  switches: readonly string[] = [],
): PropertyDecorator {
  const names = (rule: object | undefined): boolean => {
    if (!isSection(rule)) return false;
    // What is no list has a message of its own.
    return (
      lists.some((key) => rule[key] !== undefined && !(Array.isArray(rule[key]) && rule[key].length === 0)) ||
      switches.some((key) => rule[key] !== undefined && rule[key] !== false)
    );
  };
  return ValidateBy({
    name: 'isForSomebody',
    validator: { validate: (_value, args) => names(args?.object), defaultMessage: () => wish },
  });
}
