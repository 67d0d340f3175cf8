import type { Dispatcher } from 'undici';

type Headers = Dispatcher.ResponseData['headers'];

/** What an upstream says of how many pulls it allows us: whatever of it it says. */
export interface RateLimit {
  readonly limit?: number;
  readonly remaining?: number;
  /** When there are as many as before again, in milliseconds since the epoch. */
  readonly resetAt?: number;
}

/** Whatever is greater is no number of seconds from now, but a time. */
const LONGEST_RESET = 1_000_000_000;

/** `undefined` where the headers say nothing of a limit. `now`: milliseconds since the epoch. */
export function rateLimitIn(headers: Headers, now: number): RateLimit | undefined {
  const limit = countOf(headers['ratelimit-limit']);
  const remaining = countOf(headers['ratelimit-remaining']);
  const reset = countOf(headers['ratelimit-reset']);
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { resetAt: reset > LONGEST_RESET ? reset * 1000 : now + reset * 1000 }),
  };
}

/** Docker Hub writes `100;w=21600`. Beyond twelve digits it would be no time that can be written down. */
function countOf(header: string | string[] | undefined): number | undefined {
  const match = /^\s*(\d{1,12})(?!\d)/.exec(String(header));
  return match ? Number(match[1]) : undefined;
}
