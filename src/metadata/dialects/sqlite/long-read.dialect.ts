import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteQueryCompiler,
} from 'kysely';
import { MetadataError } from '../../metadata-error.js';
import type { LongReads } from './long-reads.js';

/** Kysely over a thread that reads. It has no transactions: each query is one by itself. */
export class LongReadDialect implements Dialect {
  constructor(private readonly open: () => Promise<LongReads>) {}

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createDriver(): Driver {
    return new LongReadDriver(this.open);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createIntrospector(): never {
    throw new MetadataError('A thread that reads tells nothing of the schema.');
  }
}

class LongReadDriver implements Driver {
  constructor(private readonly open: () => Promise<LongReads>) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const reads = await this.open();
    return {
      executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => ({
        rows: (await reads.all(sql, parameters)) as Row[],
      }),
      streamQuery: () => refuse(),
    };
  }

  async beginTransaction(): Promise<void> {
    refuse();
  }

  async commitTransaction(): Promise<void> {
    refuse();
  }

  async rollbackTransaction(): Promise<void> {
    refuse();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

function refuse(): never {
  throw new MetadataError('A thread that reads has no transactions and no streams.');
}
