import type { GraphqlConfig } from './graphql.config.js';
import { Executor, type Explain, type Outcome } from './execution/executor.js';
import { NOTHING_SPENT } from './execution/limits.js';
import { PartLoaders, type PartReaders } from './reading/part-loaders.js';
import type { Operation } from './request/operation.js';
import type { QueryContext } from './schema/query-context.js';
import { schema } from './schema/schema.js';

export interface EngineParts {
  readonly config: GraphqlConfig;
  readonly readers: PartReaders;
  readonly explain: Explain;
}

/** All that needs the libraries of GraphQL. */
export class Engine {
  readonly #executor: Executor;

  constructor(private readonly parts: EngineParts) {
    this.#executor = new Executor(schema, parts.config, parts.explain);
  }

  /** Executes the operations of one request one after the other: they share their limits, and what was read. */
  async run(operations: readonly Operation[], context: Omit<QueryContext, 'parts'>): Promise<readonly Outcome[]> {
    const whole = { ...context, parts: new PartLoaders(this.parts.readers, context.identity.user) };
    const outcomes: Outcome[] = [];
    let spent = NOTHING_SPENT;
    for (const operation of operations) {
      const outcome = await this.#executor.run(operation, whole, spent);
      ({ spent } = outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  }
}
