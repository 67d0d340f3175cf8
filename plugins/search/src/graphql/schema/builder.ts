import SchemaBuilder from '@pothos/core';
import { GraphQLError } from 'graphql';
import type { QueryContext } from './query-context.js';

/** The names and forms of all that follows are zot's. */
export const builder = new SchemaBuilder<{
  Context: QueryContext;
  /** Given as milliseconds since the epoch. */
  Scalars: { Time: { Input: never; Output: number } };
}>({});

builder.scalarType('Time', {
  description: 'A point in time, RFC 3339.',
  serialize: (value) => new Date(value).toISOString(),
  parseValue: () => {
    throw new GraphQLError('no argument is a time');
  },
});

/** A list whose elements may be null in the schema, as zot has most of its lists. */
export const LOOSE = { list: true, items: true } as const;
