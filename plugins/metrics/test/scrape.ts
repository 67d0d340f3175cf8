import type { TestRegistry } from '@berth/testkit';
import { type ParsedFamily, parseExposition, valueOf } from './exposition-parser.js';

/** What `path` gives, read strictly. */
export async function scrape(registry: TestRegistry, path = '/metrics'): Promise<Map<string, ParsedFamily>> {
  const { status, body } = await registry.request('GET', path);
  if (status !== 200) throw new Error(`GET ${path} answered ${String(status)}: ${body.toString()}`);
  return parseExposition(body.toString());
}

/** Scrapes until a series has `value`, since events reach the plugin after the answer; gives the last scrape. */
export async function scrapeUntil(
  registry: TestRegistry,
  { name, labels, value }: { name: string; labels: Readonly<Record<string, string>>; value: number },
): Promise<Map<string, ParsedFamily>> {
  const end = performance.now() + 5_000;
  for (;;) {
    const families = await scrape(registry);
    if (valueOf(families, name, labels) === value || performance.now() > end) return families;
  }
}
