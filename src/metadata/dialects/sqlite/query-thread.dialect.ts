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
import type { QueryThread } from './query-thread.js';

/** Kysely over a thread. Whoever begins a transaction sees to it that there is no other meanwhile: the thread has one connection. */
export class QueryThreadDialect implements Dialect {
  constructor(private readonly open: () => Promise<QueryThread>) {}

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createDriver(): Driver {
    return new QueryThreadDriver(this.open);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createIntrospector(): never {
    throw new MetadataError('A thread tells nothing of the schema.');
  }
}

class ThreadConnection implements DatabaseConnection {
  constructor(readonly thread: QueryThread) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.thread.run(sql, parameters);
    return { rows: rows as Row[], ...(changes !== undefined && { numAffectedRows: BigInt(changes) }) };
  }

  streamQuery(): never {
    throw new MetadataError('A thread gives whole results.');
  }
}

class QueryThreadDriver implements Driver {
  constructor(private readonly open: () => Promise<QueryThread>) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ThreadConnection> {
    return new ThreadConnection(await this.open());
  }

  async beginTransaction({ thread }: ThreadConnection): Promise<void> {
    await thread.run('begin immediate', []);
  }

  async commitTransaction({ thread }: ThreadConnection): Promise<void> {
    await thread.run('commit', []);
  }

  async rollbackTransaction({ thread }: ThreadConnection): Promise<void> {
    await thread.run('rollback', []);
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}
