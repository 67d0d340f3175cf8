import { isSection } from '@berth/sdk';
import { fetchPage, type Page } from './fetch-lists.js';
import type { UpstreamHost } from './upstream-host.js';

const SCOPE = 'registry:catalog:*';

/**
 * The names of all repositories of the host, page after page. Rejects with UpstreamTrouble, also where it has no catalog: many public
 * registries have none.
 */
export async function fetchCatalog(host: UpstreamHost, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let path: string | undefined = '/v2/_catalog?n=1000'; path !== undefined && !seen.has(path);) {
    seen.add(path);
    const { status, document, next }: Page = await fetchPage(host, path, { repository: '', scope: SCOPE, signal });
    if (status !== 200 || !isSection(document) || !Array.isArray(document['repositories']))
      throw host.trouble(`it gives no catalog: ${status}`, status === 200 ? 502 : status);
    const listed: readonly unknown[] = document['repositories'];
    names.push(...listed.filter((name) => typeof name === 'string'));
    path = next;
  }
  return names;
}
