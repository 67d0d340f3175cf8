import { BYTE_SIZE_PATTERN, DURATION_PATTERN, formatDuration, isSection, milliseconds, type Section } from '@berth/sdk';
import { validateSync } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { explainKey } from './keys/key-rule.js';
import { KEY_TREE, type KnownKey } from './keys/key-tree.js';
import { RegistryConfig } from './registry.config.js';

/** A JSON Schema, draft 7. */
export type JsonSchema = Section;

type ConfigClass = new () => object;
type Converters = NonNullable<NonNullable<Parameters<typeof targetConstructorToSchema>[1]>['additionalConverters']>;

/** How values are written in a file, where that is not how the classes hold them. By name of the validation. */
const WRITTEN_FORMS: Converters = {
  isDuration: () => ({ type: 'string', pattern: DURATION_PATTERN }),
  isByteSize: () => ({
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: BYTE_SIZE_PATTERN },
    ],
  }),
  isPort: () => ({
    anyOf: [
      { type: 'integer', minimum: 0, maximum: 65_535 },
      { type: 'string', pattern: '^[0-9]{0,5}$' },
    ],
  }),
  isLogLevel: ({ constraints }) => ({ type: 'string', enum: constraints[0] as string[] }),
  isPositive: () => ({}),
};

/**
 * The JSON Schema of a configuration file, from the classes that validate it and the table of keys that explains them.
 * Refused keys are not in it, so that an editor marks them as the server does.
 */
export function configurationSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of Berth',
    ...sectionSchema(RegistryConfig, KEY_TREE),
  };
}

function sectionSchema(type: ConfigClass, known: KnownKey): JsonSchema {
  const generated: JsonSchema =
    targetConstructorToSchema(type, { additionalConverters: WRITTEN_FORMS }).properties ?? {};
  const defaults = new Map(Object.entries(new type()));
  // A default that is itself refused stands for a key that has none.
  const required = validateSync(new type()).map((error) => error.property);
  const properties = [...known.keys.values()].flatMap((key): [string, JsonSchema][] => {
    const own = generated[key.name];
    if (!isSection(own)) return key.rule.status === 'without effect' ? [[key.name, idleSchema(key)]] : [];
    const nested = nestedClass(type, key.name, own);
    const schema = nested
      ? sectionSchema(nested, key)
      : withDefault(own, defaults.get(key.name), required.includes(key.name));
    const plugins = key.name === 'extensions' ? { additionalProperties: PLUGIN_SECTION } : {};
    return [[key.name, { description: explainKey(key.rule), ...schema, ...plugins }]];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

const PLUGIN_SECTION: JsonSchema = {
  type: 'object',
  properties: { enable: { type: 'boolean' }, required: { type: 'boolean' }, plugin: { type: 'string', minLength: 1 } },
};

function idleSchema(key: KnownKey): JsonSchema {
  const description = `No effect: ${explainKey(key.rule)}`;
  if (key.keys.size === 0) return { description };
  const properties = Object.fromEntries([...key.keys.values()].map((inner) => [inner.name, idleSchema(inner)]));
  return { description, type: 'object', properties, additionalProperties: false };
}

function withDefault(schema: JsonSchema, value: unknown, isRequired: boolean): JsonSchema {
  if (value === undefined || isRequired) return schema;
  const isDuration = schema['pattern'] === DURATION_PATTERN && typeof value === 'number';
  return { ...schema, default: isDuration ? formatDuration(milliseconds(value)) : value };
}

/** The class of a nested section: the generator refers to it by name, the compiler has recorded it. */
function nestedClass(type: ConfigClass, property: string, schema: JsonSchema): ConfigClass | undefined {
  if (!('$ref' in schema)) return undefined;
  return Reflect.getMetadata('design:type', type.prototype as object, property) as ConfigClass;
}
