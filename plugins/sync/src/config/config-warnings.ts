import { isUnanchored } from '../periodic/unanchored.js';
import type { ContentConfig } from './content.config.js';
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
  const { onDemand, pollInterval, content = [], maxRetries, retryDelay, tlsVerify } = registry;
  const isPolled = pollInterval !== undefined && content.length > 0;
  const rows: readonly (readonly [boolean, string])[] = [
    [!onDemand && !isPolled, 'onDemand is false and there are no periodic runs: nothing is mirrored from it'],
    [
      pollInterval !== undefined && !isPolled,
      'pollInterval has no effect without content: a run brings what that names',
    ],
    [
      pollInterval === undefined && content.some(({ tags }) => tags !== undefined),
      'content has tags, which bind periodic runs alone; without pollInterval there are none',
    ],
    [
      pollInterval === undefined && [registry, ...content].some(({ platforms }) => platforms !== undefined),
      'platforms binds periodic runs alone; without pollInterval there are none',
    ],
    [registry.preserveDigest === false, 'preserveDigest has no effect: a digest never changes here'],
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
  return [...rows.filter(([holds]) => holds).map(([, text]) => text), ...(isPolled ? unanchoredIn(registry) : [])];
}

/** Of each pattern for tags that is not anchored, what that means. */
export function unanchoredIn({ content = [] }: UpstreamRegistryConfig): readonly string[] {
  return content.flatMap(unanchoredOf);
}

/** Patterns that may match in the midst of a tag: `1.2` takes `11.20` too. */
function unanchoredOf({ tags = {} }: ContentConfig, at: number): readonly string[] {
  return (['regex', 'excludeRegex'] as const).flatMap((key) => {
    const pattern = tags[key];
    if (pattern === undefined || !isUnanchored(pattern)) return [];
    return [
      `content[${at}].tags.${key} ${JSON.stringify(pattern)} is not anchored with ^ and $: it matches any tag that has it anywhere`,
    ];
  });
}
