import type { ParsedFamily } from './exposition-parser.js';
import { FakeCollector } from './fake-collector.js';
import { scrape, type Served } from './scrape.js';

/**
 * What a server gives that has everything turned on.
 *
 * @param start starts a server whose plugin has this section
 * @param use what happens to it before the scrape
 */
export async function fullScrape<Server extends Served & { close(): Promise<void> }>(
  start: (section: Record<string, unknown>) => Promise<Server>,
  use: (server: Server) => Promise<unknown>,
): Promise<ReadonlyMap<string, ParsedFamily>> {
  const collector = await FakeCollector.start();
  const server = await start({ tracing: { endpoint: collector.endpoint } });
  await use(server);
  const families = await scrape(server);
  await server.close();
  await collector.close();
  return families;
}
