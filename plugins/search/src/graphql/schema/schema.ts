import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.js';
import './queries/vulnerability-queries.js';
import './queries/image-queries.js';
import './queries/repository-queries.js';
import './queries/global-search.js';

builder.queryType({});

/** Not sorted: zot's client compares the arguments of queries in their order. */
export const schema: GraphQLSchema = builder.toSchema({ sortSchema: false });
