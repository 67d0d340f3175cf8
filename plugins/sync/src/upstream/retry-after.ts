/** Seconds until one may come again, as `Retry-After` says: a number, or a date. `undefined` where it says nothing. RFC 9110 10.2.3 */
export function secondsOfRetryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = typeof header === 'string' ? header.trim() : header?.[0]?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
