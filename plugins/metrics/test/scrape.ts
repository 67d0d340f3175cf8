import { type ParsedFamily, parseExposition } from './exposition-parser.js';

/** A server as far as a scrape needs it: the kit's, which only specs import. */
export interface Served {
  readonly request: (method: string, path: string) => Promise<{ readonly status: number; readonly body: Buffer }>;
}

/** What `path` gives, read strictly. */
export async function scrape({ request }: Served, path = '/metrics'): Promise<Map<string, ParsedFamily>> {
  const { status, body } = await request('GET', path);
  if (status !== 200) throw new Error(`GET ${path} answered ${String(status)}: ${body.toString()}`);
  return parseExposition(body.toString());
}
