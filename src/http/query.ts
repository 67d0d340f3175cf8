import { RegistryError } from '@berth/sdk';
import type { FastifyRequest } from 'fastify';

/** Every value of a query parameter, in order. */
export function queryAll(request: FastifyRequest, name: string): readonly string[] {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The first value of a query parameter. */
export function queryOne(request: FastifyRequest, name: string): string | undefined {
  return queryAll(request, name)[0];
}

/** `n` and `last` of a list. 400 where `n` is no number of entries. */
export function pageRequestOf(request: FastifyRequest): {
  readonly n: number | undefined;
  readonly last: string | undefined;
} {
  const text = queryOne(request, 'n');
  const last = queryOne(request, 'last');
  if (text === undefined) return { n: undefined, last };
  if (!/^\d{1,9}$/.test(text)) {
    throw new RegistryError('UNSUPPORTED', {
      status: 400,
      message: 'n must be a number of entries',
      detail: { n: text },
    });
  }
  return { n: Number(text), last };
}
