import { type ColumnDataType, type Expression, sql } from 'kysely';

export type DialectName = 'sqlite' | 'postgres';

/** The column types that the databases name differently. */
export interface ColumnTypes {
  /** A key that the database counts up and never uses twice. */
  readonly serial: ColumnDataType | Expression<unknown>;
  readonly bytes: ColumnDataType;
  readonly text: ColumnDataType | Expression<unknown>;
}

export const COLUMN_TYPES: Readonly<Record<DialectName, ColumnTypes>> = {
  sqlite: { serial: 'integer', bytes: 'blob', text: 'text' },
  // Names, tags and digests sort by bytes everywhere, whatever the locale of the database.
  postgres: { serial: 'bigserial', bytes: 'bytea', text: sql`text collate "C"` },
};
