import type { SyncConfig } from './sync.config.js';
import { LONGEST_HEADER_TIMEOUT, type UpstreamRegistryConfig } from './upstream-registry.config.js';

/** What the section asks for and does not get, or gets only in part: tuning alone, for anything else is refused. */
export function warningsOf({ downloadDir, registries }: SyncConfig): readonly string[] {
  const own =
    downloadDir === undefined
      ? []
      : ['downloadDir has no effect: what comes from an upstream goes straight into the storage'];
  return [
    ...own,
    ...registries.flatMap((registry, at) => warningsOfRegistry(registry).map((text) => `registries[${at}].${text}`)),
  ];
}

function warningsOfRegistry(registry: UpstreamRegistryConfig): readonly string[] {
  const { onDemand, content = [], maxRetries, retryDelay, tlsVerify } = registry;
  const rows: readonly (readonly [boolean, string])[] = [
    [!onDemand, 'onDemand is false and periodic runs are not built yet: nothing is mirrored from it'],
    [
      content.some(({ tags }) => tags !== undefined),
      'content has tags, which bind periodic runs alone; those are not built yet',
    ],
    [registry.preserveDigest === false, 'preserveDigest has no effect: a digest never changes here'],
    [
      registry.syncLegacyCosignTags !== undefined,
      'syncLegacyCosignTags has no effect: it is about periodic runs, which are not built yet',
    ],
    [registry.syncTimeout !== undefined, 'syncTimeout has no effect: no pull waits for a whole image'],
    [registry.disableHTTP2 === false, 'disableHTTP2 has no effect: upstreams are asked by HTTP/1.1'],
    [
      registry.maxIdleConnsPerHost !== undefined,
      'maxIdleConnsPerHost has no effect: connections are kept while they are used',
    ],
    [(maxRetries ?? 0) > 0 && retryDelay === undefined, 'maxRetries has no effect without retryDelay'],
    [
      registry.responseHeaderTimeout > LONGEST_HEADER_TIMEOUT,
      'responseHeaderTimeout counts as 20s: clients are answered by then',
    ],
    [!tlsVerify, 'tlsVerify is false: whoever is on the way can answer for this upstream'],
  ];
  return rows.filter(([holds]) => holds).map(([, text]) => text);
}
