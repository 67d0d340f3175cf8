import { isSection } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** What the detail of a refusal calls the keys of `mandatoryAnnotations`. */
export const MANDATORY_ANNOTATIONS = 'mandatoryAnnotations';

/** On a list of rules: no two have the same name, nor that of what is no rule. */
export function HaveOwnNames(): PropertyDecorator {
  return ValidateBy({
    name: 'haveOwnNames',
    validator: {
      validate: (value: unknown) => collisionIn(value) === undefined,
      defaultMessage: (args) => `rules with a name of their own each: ${collisionIn(args?.value) ?? ''}`,
    },
  });
}

function collisionIn(value: unknown): string | undefined {
  const places = new Map<unknown, string>([[MANDATORY_ANNOTATIONS, 'a key beside the rules']]);
  for (const [at, rule] of (Array.isArray(value) ? value : []).entries()) {
    if (!isSection(rule) || typeof rule['name'] !== 'string') continue;
    const { name } = rule;
    const before = places.get(name);
    if (before !== undefined) return `${JSON.stringify(name)} names rules[${String(at)}] and ${before}`;
    places.set(name, `rules[${String(at)}]`);
  }
  return undefined;
}
