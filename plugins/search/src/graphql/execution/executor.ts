import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
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
import { NOTHING_SPENT, type Spent, withinLimits } from './limits.js';

/** Of one operation: more only tell the same. */
const MOST_ERRORS = 20;

/** An answer, and whether it was refused before anything of it was executed. */
export interface Outcome {
  readonly result: ExecutionResult;
  readonly isRefused: boolean;
  /** What the operations of its request have spent with it. */
  readonly spent: Spent;
}

/** What the client is told of a failure that is ours. */
export type Explain = (cause: unknown) => Promise<string>;

/** An operation that may be executed. */
interface Checked {
  readonly document: DocumentNode;
  readonly spent: Spent;
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

  /** `spent`: by operations of the same request before it. */
  async run(operation: Operation, context: QueryContext, spent: Spent = NOTHING_SPENT): Promise<Outcome> {
    const checked = this.#check(operation, spent);
    if ('errors' in checked) return { result: { errors: checked.errors }, isRefused: true, spent };
    const result = await execute({
      schema: this.schema,
      document: checked.document,
      contextValue: context,
      variableValues: operation.variables,
      operationName: operation.operationName,
    });
    // Without data there was nothing to execute: a variable was of the wrong type.
    const isRefused = result.data === undefined;
    return { result: await this.#told(result), isRefused, spent: checked.spent };
  }

  #check(operation: Operation, before: Spent): Checked | { readonly errors: readonly GraphQLError[] } {
    try {
      const document = parse(documentText(operation.query));
      // Before validation, which may take long for what is large.
      const spent = withinLimits(document, { operation, before, schema: this.schema, config: this.config });
      const errors = validate(this.schema, document, this.#rules, { maxErrors: MOST_ERRORS });
      return errors.length > 0 ? { errors } : { document, spent };
    } catch (cause) {
      if (cause instanceof GraphQLError) return { errors: [cause] };
      throw cause;
    }
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
