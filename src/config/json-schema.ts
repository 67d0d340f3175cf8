import { BYTE_SIZE_PATTERN, DURATION_PATTERN, formatDuration, isSection, milliseconds, type Section } from '@berth/sdk';
import { defaultMetadataStorage as typesOf } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, validateSync } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { CONFIGURATION_KEYS } from './keys/configuration-keys.js';
import { explainKey } from './keys/key-rule.js';
import { KEY_TREE, type KnownKey } from './keys/key-tree.js';
import { RegistryConfig } from './registry.config.js';

/** A JSON Schema, draft 7. */
export type JsonSchema = Section;

type ConfigClass = new () => object;

/** The rule of a section whose keys are names of the user's own; its class is in the constraints. */
const NAMED_SECTIONS = 'namedSections';

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
  isMinFreeSpace: ({ constraints }) => ({
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: constraints[0] as string },
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
  // A rule of our own for each entry of a list, beside `@IsArray()` and the type of the entries.
  everyEntry: () => ({}),
  isListOf: ({ constraints }) => {
    const known = constraints[0] as string[] | undefined;
    return { type: 'array', items: { type: 'string', ...(known && { enum: known }) } };
  },
  isCondition: () => ({ type: 'string', minLength: 1 }),
  isKeyUrl: () => ({ type: 'string' }),
  isForSomebody: () => ({}),
  agreesWithOthers: () => ({}),
  haveRootsApart: () => ({}),
  isSectionList: () => ({ type: 'array' }),
  [NAMED_SECTIONS]: () => ({ type: 'object' }),
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

function propertySchemas(type: ConfigClass): JsonSchema {
  return targetConstructorToSchema(type, { additionalConverters: WRITTEN_FORMS }).properties ?? {};
}

function sectionSchema(type: ConfigClass, known: KnownKey): JsonSchema {
  const generated = propertySchemas(type);
  const defaults = new Map(Object.entries(new type()));
  const required = requiredOf(type);
  const properties = [...known.keys.values()].flatMap((key): [string, JsonSchema][] => {
    const own = generated[key.name];
    if (!isSection(own)) return key.rule.status === 'without effect' ? [[key.name, idleSchema(key)]] : [];
    const nested = nestedClass(type, key.name, own);
    const schema = nested
      ? sectionSchema(nested, key)
      : (sectionsSchema(type, key.name, key.path) ??
        withDefault(withoutReference(type, key.name, own), defaults.get(key.name), required.includes(key.name)));
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

/** A list of sections, or sections under names of the user's own; `undefined` for any other property. */
function sectionsSchema(type: ConfigClass, property: string, path: string): JsonSchema | undefined {
  const named = classBelowNames(type, property);
  if (named) return { type: 'object', additionalProperties: entrySchema(named, `${path}.<>`) };
  const isList = recordedType(type, property) === Array;
  const entry = isList ? typesOf.findTypeMetadata(type, property)?.typeFunction() : undefined;
  return entry === undefined ? undefined : { type: 'array', items: entrySchema(entry as ConfigClass, `${path}[]`) };
}

/** A section in a list or under a name; the table of keys explains what is in it under `path`. */
function entrySchema(type: ConfigClass, path: string): JsonSchema {
  const generated = propertySchemas(type);
  const defaults = new Map(Object.entries(new type()));
  const properties = Object.keys(generated).map((property): [string, JsonSchema] => {
    const inner = `${path}.${property}`;
    const own = generated[property] as JsonSchema;
    const nested = nestedClass(type, property, own);
    const schema = nested
      ? entrySchema(nested, inner)
      : (sectionsSchema(type, property, inner) ??
        withDefault(
          withoutReference(type, property, own),
          defaults.get(property),
          requiredOf(type).includes(property),
        ));
    return [property, { ...explained(inner), ...schema }];
  });
  const required = requiredOf(type);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...idleProperties(path) },
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** Keys of the section at `path` that are taken and do nothing. */
function idleProperties(path: string): Readonly<Record<string, JsonSchema>> {
  const idle = [...EXPLAINED].filter(
    ([known, { status }]) => status === 'without effect' && known.startsWith(`${path}.`),
  );
  return Object.fromEntries(
    idle.map(([known, rule]) => [known.slice(path.length + 1), { description: `No effect: ${explainKey(rule)}` }]),
  );
}

/** The table has names of the user's own in brackets, and says what each stands for. */
function explained(path: string): { readonly description?: string } {
  const rule = EXPLAINED.get(path);
  return rule ? { description: explainKey(rule) } : {};
}

const EXPLAINED = new Map(
  Object.entries(CONFIGURATION_KEYS).map(([path, rule]) => [path.replaceAll(/<[^>]*>/g, '<>'), rule]),
);

/** A default that is itself refused stands for a key that has none. That a rule must be for somebody needs no single key. */
function requiredOf(type: ConfigClass): readonly string[] {
  return validateSync(new type())
    .filter(({ constraints = {} }) => Object.keys(constraints).some((name) => name !== 'isForSomebody'))
    .map(({ property }) => property);
}

/** The class of the sections below names of the user's own. */
function classBelowNames(type: ConfigClass, property: string): ConfigClass | undefined {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const rule = rules.find(({ propertyName, name }) => propertyName === property && name === NAMED_SECTIONS);
  return (rule?.constraints as [() => ConfigClass] | undefined)?.[0]();
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
  if (value === undefined || value instanceof Map || isRequired) return schema;
  const isDuration = schema['pattern'] === DURATION_PATTERN && typeof value === 'number';
  return { ...schema, default: isDuration ? formatDuration(milliseconds(value)) : value };
}

/** The class of a nested section: the generator refers to it by name, the compiler has recorded it. */
function nestedClass(type: ConfigClass, property: string, schema: JsonSchema): ConfigClass | undefined {
  if (!('$ref' in schema)) return undefined;
  const recorded = recordedType(type, property);
  return PLAIN_TYPES.has(recorded) ? undefined : (recorded as ConfigClass);
}

/** What the generator refers to where it does not know a rule of ours. */
const PLAIN_TYPES = new Map<unknown, JsonSchema>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [Array, { type: 'array' }],
  [Object, {}],
]);

function recordedType(type: ConfigClass, property: string): unknown {
  return Reflect.getMetadata('design:type', type.prototype as object, property);
}

function withoutReference(type: ConfigClass, property: string, { $ref, ...schema }: JsonSchema): JsonSchema {
  return $ref === undefined ? schema : { ...PLAIN_TYPES.get(recordedType(type, property)), ...schema };
}
