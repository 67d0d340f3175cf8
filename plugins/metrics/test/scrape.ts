import type { TestRegistry } from '@berth/testkit';
import { type ParsedFamily, parseExposition } from './exposition-parser.js';

/** What `path` gives, read strictly. */
export async function scrape(registry: TestRegistry, path = '/metrics'): Promise<Map<string, ParsedFamily>> {
  const { status, body } = await registry.request('GET', path);
  if (status !== 200) throw new Error(`GET ${path} answered ${String(status)}: ${body.toString()}`);
  return parseExposition(body.toString());
}
