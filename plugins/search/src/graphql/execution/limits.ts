import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  valueFromASTUntyped,
} from 'graphql';
import type { GraphqlConfig } from '../graphql.config.js';
import type { Operation } from '../request/operation.js';
import { OperationMeter, type OperationSize } from './operation-size.js';
import type { VariableValues } from './requested-limit.js';

/** What the operations of one request have spent together. */
export interface Spent {
  readonly cost: number;
  /** Lists that asked for no page. */
  readonly endless: number;
}

export const NOTHING_SPENT: Spent = { cost: 0, endless: 0 };

/** Results of the one list of a request that asks for no page, as they are in most registries. */
const USUAL_RESULTS = 100;

export interface LimitedOperation {
  readonly operation: Operation;
  readonly before: Spent;
  readonly schema: GraphQLSchema;
  readonly config: GraphqlConfig;
}

/**
 * What is spent with the operation.
 *
 * @throws GraphQLError where it asks for more than it may, or for what is no query
 */
export function withinLimits(document: DocumentNode, limited: LimitedOperation): Spent {
  const { operation, before, config } = limited;
  const chosen = chosenOf(document, operation.operationName);
  const usual = sizesOf(document, chosen, limited, USUAL_RESULTS);
  const endless = before.endless + usual.chosen.endless;
  // One list without a page is what a client of a small registry asks for. Of several each may be as long as any may be.
  const { chosen: size, all } = endless > 1 ? sizesOf(document, chosen, limited, config.maxResults) : usual;
  checkEach(all, config);
  const cost = before.cost + size.cost;
  if (cost > config.maxCost) {
    const found = before.cost === 0 ? `the query costs ${String(cost)}` : `the queries cost ${String(cost)} together`;
    throw new GraphQLError(`${found}; ${String(config.maxCost)} is allowed: ask for smaller pages, or fewer fields`);
  }
  return { cost, endless };
}

/** Every operation and fragment of the document is validated, whichever is executed. */
function checkEach(sizes: readonly OperationSize[], { maxDepth, maxFields }: GraphqlConfig): void {
  const depth = Math.max(...sizes.map((one) => one.depth));
  const fields = Math.max(...sizes.map((one) => one.fields));
  if (depth > maxDepth)
    throw new GraphQLError(`the query is ${String(depth)} fields deep; ${String(maxDepth)} are allowed`);
  if (fields > maxFields)
    throw new GraphQLError(`the query selects ${String(fields)} fields; ${String(maxFields)} are allowed`);
}

function sizesOf(
  document: DocumentNode,
  chosen: OperationDefinitionNode,
  { operation, schema }: LimitedOperation,
  endlessResults: number,
): { readonly chosen: OperationSize; readonly all: readonly OperationSize[] } {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const variables = { ...defaultsOf(chosen), ...operation.variables };
  const meter = new OperationMeter({ schema, fragments, variables, endlessResults });
  const all = document.definitions.flatMap((one) => ('selectionSet' in one ? [meter.sizeOf(one.selectionSet)] : []));
  return { chosen: meter.sizeOf(chosen.selectionSet), all };
}

function chosenOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (!operation)
    throw new GraphQLError(
      name === undefined ? 'operationName has to say which operation' : `there is no operation ${name}`,
    );
  if (operation.operation !== OperationTypeNode.QUERY)
    throw new GraphQLError('only queries are answered: nothing is changed here');
  return operation;
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): VariableValues {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return Object.fromEntries(defaults);
}
