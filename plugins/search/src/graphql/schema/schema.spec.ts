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

/** What clients see of a schema: types, fields with their types, arguments in their order. */
function outlineOf(of: GraphQLSchema): Readonly<Record<string, Members>> {
  const types = Object.values(of.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  return Object.fromEntries(
    types.map((type): [string, Members] => {
      if (isEnumType(type)) return [type.name, type.getValues().map(({ name }) => name)];
      if (!isObjectType(type) && !isInputObjectType(type)) return [type.name, []];
      const fields = Object.values(type.getFields()).map((field): [string, string] => {
        const args = 'args' in field ? (field.args as readonly GraphQLArgument[]) : [];
        const given = args.map((one) => `${one.name}: ${String(one.type)}`);
        return [field.name, `(${given.join(', ')}): ${String(field.type)}`];
      });
      return [type.name, Object.fromEntries(fields)];
    }),
  );
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
