import { isSection } from '@berth/sdk';
import { Type } from 'class-transformer';
import { ValidateBy, ValidateNested } from 'class-validator';

type ConfigClass = new () => object;

interface SectionListRules {
  readonly wish: string;
  readonly mayBeEmpty?: true;
}

/** A list of sections that `type` describes. class-validator itself passes over a `null` among them. */
export function IsSectionList(type: () => ConfigClass, { wish, mayBeEmpty }: SectionListRules): PropertyDecorator {
  const isList = ValidateBy({
    name: 'isSectionList',
    // For the JSON Schema.
    constraints: [type],
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) && (mayBeEmpty === true || value.length > 0) && value.every(isSection),
      defaultMessage: () => wish,
    },
  });
  const decorators = [Type(type), ValidateNested({ each: true, message: wish }), isList];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
