import { createHash } from 'node:crypto';
import { RegistryError } from '@berth/sdk';
import type { OrderColumn } from './sort-order.js';

/** Where a page ended, so that the next goes on behind it whatever comes or goes meanwhile. */
export interface Cursor {
  /** What its last result was ordered by. */
  readonly after: readonly (string | number)[];
  /** What ages counted from on the first page, so that they mean the same on all. */
  readonly now: number;
}

const VERSION = 1;
const LONGEST_CURSOR = 2048;

/** A text that only makes sense for the same `question`. */
export function writeCursor({ after, now }: Cursor, question: string): string {
  return Buffer.from(JSON.stringify([VERSION, markOf(question), now, after])).toString('base64url');
}

/** @throws RegistryError 400 where `text` is no cursor of this question, ordered by `columns` */
export function readCursor(text: string, question: string, columns: readonly OrderColumn[]): Cursor {
  const value = parsed(text);
  if (!Array.isArray(value)) throw unknownCursor();
  const [version, mark, now, after, ...rest] = value as unknown[];
  const isRight =
    version === VERSION &&
    mark === markOf(question) &&
    typeof now === 'number' &&
    Number.isSafeInteger(now) &&
    Array.isArray(after) &&
    after.length === columns.length &&
    columns.every(({ type }, at) => typeof after[at] === type) &&
    rest.length === 0;
  if (!isRight) throw unknownCursor();
  return { after: after as (string | number)[], now };
}

function parsed(text: string): unknown {
  if (text.length > LONGEST_CURSOR || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function markOf(question: string): string {
  return createHash('sha256').update(question).digest('base64url').slice(0, 16);
}

function unknownCursor(): RegistryError {
  return new RegistryError('UNSUPPORTED', {
    status: 400,
    message: 'the cursor is unknown: it must be one that this search gave, with the same query and order',
    detail: { parameter: 'cursor' },
  });
}
