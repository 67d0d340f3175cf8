import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type FragmentDefinitionNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import type { GraphqlConfig } from '../graphql.config.js';
import { QueryRefusal } from '../query-refusal.js';
import type { Operation } from '../request/operation.js';
import type { QueryContext } from '../schema/query-context.js';
import { documentText } from './document-text.js';
import { OperationMeter } from './operation-size.js';

/** Of one operation: more only tell the same. */
const MOST_ERRORS = 20;

/** An answer, and whether it was refused before anything of it was executed. */
export interface Outcome {
  readonly result: ExecutionResult;
  readonly isRefused: boolean;
  /** 0 where it was refused. */
  readonly cost: number;
}

/** What the client is told of a failure that is ours. */
export type Explain = (cause: unknown) => Promise<string>;

/** An operation that may be executed. */
interface Checked {
  readonly document: DocumentNode;
  readonly cost: number;
}

/** Executes operations that keep to the limits. Loaded with the first of them: a server that nobody asks goes without GraphQL. */
export class Executor {
  readonly #rules: readonly ValidationRule[];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly config: GraphqlConfig,
    private readonly explain: Explain,
  ) {
    this.#rules = config.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** `spent`: what operations of the same request have cost before it. */
  async run(operation: Operation, context: QueryContext, spent = 0): Promise<Outcome> {
    const checked = this.#check(operation, spent);
    if ('errors' in checked) return { result: { errors: checked.errors }, isRefused: true, cost: 0 };
    const result = await execute({
      schema: this.schema,
      document: checked.document,
      contextValue: context,
      variableValues: operation.variables,
      operationName: operation.operationName,
    });
    // Without data there was nothing to execute: a variable was of the wrong type.
    const isRefused = result.data === undefined;
    return { result: await this.#told(result), isRefused, cost: checked.cost };
  }

  #check(operation: Operation, spent: number): Checked | { readonly errors: readonly GraphQLError[] } {
    try {
      const document = parse(documentText(operation.query));
      const cost = this.#measure(document, operation, spent);
      const errors = validate(this.schema, document, this.#rules, { maxErrors: MOST_ERRORS });
      return errors.length > 0 ? { errors } : { document, cost };
    } catch (cause) {
      if (cause instanceof GraphQLError) return { errors: [cause] };
      throw cause;
    }
  }

  /** Before validation, which may take long for what is large. */
  #measure(document: DocumentNode, { operationName, variables }: Operation, spent: number): number {
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      throw new GraphQLError(
        operationName === undefined
          ? 'operationName has to say which operation'
          : `there is no operation ${operationName}`,
      );
    }
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
    const { maxDepth, maxFields, maxCost } = this.config;
    const meter = new OperationMeter({ schema: this.schema, fragments, variables: variables ?? {} });
    const all = document.definitions.flatMap((one) =>
      one.kind === Kind.OPERATION_DEFINITION || one.kind === Kind.FRAGMENT_DEFINITION
        ? [meter.sizeOf(one.selectionSet)]
        : [],
    );
    const { cost } = meter.sizeOf(operation.selectionSet);
    // Every operation and fragment of the document is validated, whichever is executed.
    const [depth, fields] = [Math.max(...all.map((one) => one.depth)), Math.max(...all.map((one) => one.fields))];
    if (depth > maxDepth)
      throw new GraphQLError(`the query is ${String(depth)} fields deep; ${String(maxDepth)} are allowed`);
    if (fields > maxFields) {
      throw new GraphQLError(`the query selects ${String(fields)} fields; ${String(maxFields)} are allowed`);
    }
    if (spent + cost > maxCost) {
      const found =
        spent === 0 ? `the query costs ${String(cost)}` : `the queries cost ${String(spent + cost)} together`;
      throw new GraphQLError(`${found}; ${String(maxCost)} is allowed: ask for smaller pages, or fewer fields`);
    }
    return cost;
  }

  /** A failure of ours tells nothing of the server to the client but what `explain` says of it. */
  async #told(result: ExecutionResult): Promise<ExecutionResult> {
    const { errors, ...rest } = result;
    if (!errors) return result;
    const told: GraphQLError[] = [];
    for (const error of errors) {
      const { originalError, nodes, path } = error;
      const isForClients = originalError instanceof GraphQLError || originalError instanceof QueryRefusal;
      if (!originalError || isForClients) told.push(error);
      else told.push(new GraphQLError(await this.explain(originalError), { nodes: nodes ?? null, path: path ?? null }));
    }
    return { errors: told, ...rest };
  }
}
