import { plainToInstance, Transform, Type } from 'class-transformer';
import { ValidateBy, ValidateNested } from 'class-validator';
import { isSection } from './section.js';

type ConfigClass = new () => object;

interface NamedSectionsRules {
  readonly wish: string;
  /** What a name must be; any but the empty one is good without it. */
  readonly isName?: (name: string) => boolean;
}

/**
 * A section whose keys the user chooses, each with a section that `type` describes; read as a `Map`. A plain object of instances is what
 * class-validator neither looks into nor can be told to, and a name such as `constructor` is safe in a map only.
 */
export function NamedSections(
  type: () => ConfigClass,
  { wish, isName = (name) => name !== '' }: NamedSectionsRules,
): PropertyDecorator {
  const read = Transform(({ obj, key, value }: { obj: unknown; key: string; value: unknown }) => {
    // As it was written: class-transformer has left out what it takes for an attack by then.
    const written = isSection(obj) ? obj[key] : value;
    if (!isSection(written) || written instanceof Map) return written;
    return new Map(
      Object.entries(written).map(([name, section]) => [
        name,
        isSection(section) ? plainToInstance(type(), section) : section,
      ]),
    );
  });
  const problemOf = (value: unknown): string | undefined => {
    if (!(value instanceof Map)) return '';
    const wrong = [...(value as Map<string, unknown>)].find(([name, section]) => !isName(name) || !isSection(section));
    if (!wrong) return undefined;
    const [name, section] = wrong;
    return `: ${JSON.stringify(name)} ${isSection(section) ? 'is none' : 'has no section'}`;
  };
  const check = ValidateBy({
    name: 'namedSections',
    // For the JSON Schema.
    constraints: [type],
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (args) => wish + (problemOf(args?.value) ?? ''),
    },
  });
  // With this type class-transformer looks at nothing below: at the name `constructor`, which is one like any other, it throws.
  const decorators = [Type(() => Boolean), read, ValidateNested({ message: wish }), check];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
