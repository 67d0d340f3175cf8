import type { Kysely } from 'kysely';
import type { IndexTables } from '../tables/index-tables.js';

/** A rebuild under way, so that a restart goes on with it. */
export interface RebuildProgress {
  /** What rows that it has seen are marked with. */
  readonly generation: number;
  readonly stage: 'manifests' | 'repositories' | 'sweep' | 'indexes';
  /** Where in the stage it has come to; absent at its beginning. */
  readonly after?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly reason: string;
  /** True: what is indexed is read anew. False: only what is missing, or there too much. */
  readonly isThorough: boolean;
}

/** What the index knows of itself. */
export interface KnownState {
  /** The sequence of the last change that was dealt with; `undefined` before the first rebuild has begun. */
  readonly cursor: number | undefined;
  /** Which way of indexing made the rows; another one makes them anew. */
  readonly format: number | undefined;
  /** Of the last rebuild that came to its end; 0 where none has. */
  readonly generation: number;
  /** When that was; milliseconds since the epoch. */
  readonly rebuiltAt: number | undefined;
  readonly rebuild: RebuildProgress | undefined;
}

export async function readState(tables: Kysely<IndexTables>): Promise<KnownState> {
  const rows = await tables.selectFrom('state').selectAll().execute();
  const known = new Map(rows.map(({ name, value }) => [name, value]));
  const numberOf = (name: keyof KnownState): number | undefined => {
    const value = known.get(name);
    return value === undefined ? undefined : Number(value);
  };
  const rebuild = known.get('rebuild');
  return {
    cursor: numberOf('cursor'),
    format: numberOf('format'),
    generation: numberOf('generation') ?? 0,
    rebuiltAt: numberOf('rebuiltAt'),
    rebuild: rebuild === undefined ? undefined : (JSON.parse(rebuild) as RebuildProgress),
  };
}

/** Changes what is given; `undefined` forgets it. */
export async function writeState(tables: Kysely<IndexTables>, changes: Partial<KnownState>): Promise<void> {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) {
      await tables.deleteFrom('state').where('name', '=', name).execute();
      continue;
    }
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    await tables
      .insertInto('state')
      .values({ name, value: text })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
      .execute();
  }
}
