import { isSection, RegistryError } from '@berth/sdk';
import type { SearchRequest } from '../compile/image-search.js';
import { SORT_KEYS, type SortOrder } from '../compile/sort-order.js';

export const DEFAULT_LIMIT = 25;
export const LARGEST_LIMIT = 100;

/** What a request asks for. @throws RegistryError 400 where a parameter is none that there is, or has a value that it cannot have */
export function searchRequestOf(query: unknown): SearchRequest {
  const parameters = isSection(query) ? query : {};
  for (const [name, value] of Object.entries(parameters)) {
    if (!['q', 'sort', 'limit', 'cursor'].includes(name)) throw wrong(name, 'one of q, sort, limit, cursor');
    if (typeof value !== 'string') throw wrong(name, 'one value');
  }
  const { q = '', sort, limit, cursor } = parameters as Readonly<Record<string, string | undefined>>;
  return { query: q, sort: sortOf(sort), limit: limitOf(limit), cursor };
}

function sortOf(text: string | undefined): SortOrder | undefined {
  if (text === undefined) return undefined;
  const isReversed = text.startsWith('-');
  const key = SORT_KEYS.find((known) => known === (isReversed ? text.slice(1) : text));
  if (!key) throw wrong('sort', `one of ${SORT_KEYS.join(', ')}, with - in front for the other way round`);
  return { key, isReversed };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw wrong('limit', `a number from 1 to ${String(LARGEST_LIMIT)}`);
  return Math.min(limit, LARGEST_LIMIT);
}

function wrong(parameter: string, expected: string): RegistryError {
  return new RegistryError('UNSUPPORTED', {
    status: 400,
    message: `the parameter ${parameter} must be ${expected}`,
    detail: { parameter, expected },
  });
}
