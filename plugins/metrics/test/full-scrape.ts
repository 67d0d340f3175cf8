import { anImage, createTestRegistry, pushManifest } from '@berth/testkit';
import plugin from '../src/index.js';
import type { ParsedFamily } from './exposition-parser.js';
import { FakeCollector } from './fake-collector.js';
import { scrape } from './scrape.js';

/** What a server gives that has everything turned on and has been pushed to and pulled from. */
export async function fullScrape(): Promise<ReadonlyMap<string, ParsedFamily>> {
  const collector = await FakeCollector.start();
  const section = { tracing: { endpoint: collector.endpoint } };
  const registry = await createTestRegistry({ plugins: [{ plugin, section }] });
  await pushManifest(registry.request, 'a/b', anImage({ seed: 1 }).build(), { tag: 'x' });
  await registry.request('GET', '/v2/a/b/manifests/x');
  const families = await scrape(registry);
  await registry.close();
  await collector.close();
  return families;
}
