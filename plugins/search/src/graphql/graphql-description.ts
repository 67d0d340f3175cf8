import type { RouteDescription } from '@berth/sdk';

const ANSWERS = {
  200: 'the query was executed: data, errors, or both',
  400: 'the query was refused before anything of it was executed',
  503: 'the index is being rebuilt',
};

const SCHEMA = {
  type: 'object',
  properties: { data: { type: ['object', 'null'] }, errors: { type: 'array', items: { type: 'object' } } },
};

export const QUERY_DESCRIPTION: RouteDescription = {
  summary: "Answer a query of zot's GraphQL",
  query: {
    query: { description: 'the query', isRequired: true, example: '{ImageList(repo:"team/app"){Results{Tag}}}' },
    operationName: { description: 'which of several operations' },
    variables: { description: 'values of its variables, as JSON' },
  },
  answers: ANSWERS,
  schema: SCHEMA,
};

export const BODY_DESCRIPTION: RouteDescription = {
  summary: "Answer a query of zot's GraphQL, or an array of them",
  body: 'an object with `query`, and `variables` and `operationName` where there are any; or an array of such',
  answers: { ...ANSWERS, 413: 'the body is too large', 415: 'the body is not application/json' },
  schema: SCHEMA,
};
