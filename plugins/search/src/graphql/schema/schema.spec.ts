import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from './schema.js';
import { ZOT_SCHEMA } from './zot-schema.fixture.js';

type Members = readonly string[] | Readonly<Record<string, string>>;

interface Outlined {
  readonly name: string;
  readonly type: unknown;
  /** In their order; a field of an input has none. */
  readonly args?: readonly GraphQLArgument[];
}

/** What clients see of a schema: types, fields with their types, arguments in their order. */
function outlineOf(of: GraphQLSchema): Readonly<Record<string, Members>> {
  const types = Object.values(of.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  return Object.fromEntries(
    types.map((type): [string, Members] => {
      if (isEnumType(type)) return [type.name, type.getValues().map(({ name }) => name)];
      if (!isObjectType(type) && !isInputObjectType(type)) return [type.name, []];
      const fields: readonly Outlined[] = Object.values(type.getFields());
      return [type.name, Object.fromEntries(fields.map((field) => [field.name, outlineOfField(field)]))];
    }),
  );
}

function outlineOfField({ type, args = [] }: Outlined): string {
  return `(${args.map((one) => `${one.name}: ${String(one.type)}`).join(', ')}): ${String(type)}`;
}

describe('the schema', () => {
  it("is zot's: every type, field, argument in its order, and value", () => {
    expect(outlineOf(schema)).toEqual(outlineOf(buildSchema(ZOT_SCHEMA)));
  });

  it('can change nothing', () => {
    expect(schema.getMutationType()).toBeUndefined();
    expect(schema.getSubscriptionType()).toBeUndefined();
  });
});
