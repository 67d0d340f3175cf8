import { RegistryError } from '@berth/sdk';

/** Where a query is wrong, and what would have been right. */
export interface QueryFault {
  /** Of the first character that is wrong, counted from 0 in UTF-16 units as JavaScript does. */
  readonly position: number;
  readonly expected: string;
  /** What stands there; empty at the end. */
  readonly found: string;
}

const SHOWN = 40;

/** A query that means nothing: 400. */
export class QueryError extends RegistryError {
  readonly fault: QueryFault;

  constructor({ position, expected, found }: QueryFault) {
    const shown = found.length > SHOWN ? `${found.slice(0, SHOWN)}…` : found;
    const fault = { position, expected, found: shown };
    const what = shown === '' ? 'the end of the query' : JSON.stringify(shown);
    super('UNSUPPORTED', {
      status: 400,
      message: `expected ${expected} at position ${String(position)}, found ${what}`,
      detail: fault,
    });
    this.name = 'QueryError';
    this.fault = fault;
  }
}
