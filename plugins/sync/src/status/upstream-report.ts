import type { FillInFlight, MirrorCounts } from '@berth/sdk';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import type { Breaker, BreakerState } from '../upstream/breaker.js';
import type { UpstreamHost } from '../upstream/upstream-host.js';
import type { RequestOutcome, Totals, UpstreamTotals } from './upstream-totals.js';

/** What is told of an upstream beside what it knows itself. */
export interface ReportInputs {
  readonly totals: UpstreamTotals;
  readonly retriesWaiting: number;
  readonly mirrored: MirrorCounts;
  readonly fills: readonly FillInFlight[];
  readonly heldBytes: number;
}

/** Times are in ISO 8601; `null`: it has not been yet, or is not known. */
export interface UpstreamReport {
  readonly name: string;
  readonly urls: readonly string[];
  readonly namespaces: readonly string[];
  readonly onDemand: boolean;
  readonly offline: boolean;
  readonly reachable: boolean | null;
  readonly lastCheck: string | null;
  readonly retriesWaiting: number;
  /** What is kept of it, and the most that may be. */
  readonly cache: { readonly heldBytes: number; readonly maxBytes: number | null };
  readonly counts: Totals &
    Omit<MirrorCounts, 'fills'> & {
      readonly requests: Readonly<Record<RequestOutcome, number>>;
      readonly bytesReceived: number;
      readonly blobsFetched: MirrorCounts['fills'];
    };
  readonly fills: readonly FillReport[];
  readonly hosts: readonly HostReport[];
}

interface FillReport {
  readonly repository: string;
  readonly digest: string;
  readonly size: number | null;
  readonly received: number;
  readonly since: string | null;
  readonly readers: number;
}

interface HostReport {
  readonly name: string;
  readonly url: string;
  readonly reachable: boolean | null;
  readonly lastOutcome: {
    readonly at: string | null;
    readonly status: number | null;
    readonly trouble: string | null;
  } | null;
  readonly breaker: BreakerReport;
  readonly tagBreaker: BreakerReport;
  readonly pausedUntil: string | null;
  readonly rateLimit: {
    readonly limit: number | null;
    readonly remaining: number | null;
    readonly reset: string | null;
    readonly seenAt: string | null;
  } | null;
}

interface BreakerReport {
  readonly state: BreakerState;
  readonly since: string | null;
}

/** One upstream as it is shown. Names, times and numbers alone: nothing of how we log in. */
export function reportOf(registry: UpstreamRegistry, inputs: ReportInputs): UpstreamReport {
  const { name, config, client, checkedAt } = registry;
  const hosts = client.hosts.map(hostReportOf);
  return {
    name,
    urls: config.urls.map((url) => new URL(url).origin),
    namespaces: config.namespaces,
    onDemand: config.onDemand,
    offline: config.offline,
    reachable: reachableBy(hosts.map(({ reachable }) => reachable)),
    lastCheck: timeOf(checkedAt),
    retriesWaiting: inputs.retriesWaiting,
    cache: { heldBytes: inputs.heldBytes, maxBytes: config.maxBytes ?? null },
    counts: countsOf(registry, inputs),
    fills: inputs.fills.map(fillReportOf),
    hosts,
  };
}

function hostReportOf({ name, origin, breaker, refreshes, record, pausedUntil }: UpstreamHost): HostReport {
  const { outcome, rateLimit } = record;
  return {
    name,
    url: origin,
    reachable: outcome?.isReachable ?? null,
    lastOutcome: outcome
      ? { at: timeOf(outcome.at), status: outcome.status ?? null, trouble: outcome.trouble ?? null }
      : null,
    breaker: breakerReportOf(breaker),
    tagBreaker: breakerReportOf(refreshes),
    pausedUntil: timeOf(pausedUntil),
    rateLimit: rateLimit
      ? {
          limit: rateLimit.limit ?? null,
          remaining: rateLimit.remaining ?? null,
          reset: timeOf(rateLimit.resetAt),
          seenAt: timeOf(rateLimit.at),
        }
      : null,
  };
}

function fillReportOf({ repository, digest, size, received, since, readers }: FillInFlight): FillReport {
  return { repository, digest, size: size ?? null, received, since: timeOf(since), readers };
}

function breakerReportOf({ state, since }: Breaker): BreakerReport {
  return { state, since: timeOf(since) };
}

function countsOf({ name, client }: UpstreamRegistry, { totals, mirrored }: ReportInputs): UpstreamReport['counts'] {
  const { fills: blobsFetched, ...counts } = mirrored;
  const hosts = [...new Set(client.hosts.map((host) => host.name))].map((host) => totals.ofHost(host));
  const requests = (outcome: RequestOutcome): number => hosts.reduce((sum, one) => sum + one.requests[outcome], 0);
  return {
    requests: {
      '2xx': requests('2xx'),
      '3xx': requests('3xx'),
      '4xx': requests('4xx'),
      '429': requests('429'),
      '5xx': requests('5xx'),
      none: requests('none'),
    },
    bytesReceived: hosts.reduce((sum, { bytes }) => sum + bytes, 0),
    ...totals.of(name),
    ...counts,
    blobsFetched,
  };
}

/** `null`: none was asked yet. */
function reachableBy(hosts: readonly (boolean | null)[]): boolean | null {
  if (hosts.includes(true)) return true;
  return hosts.includes(false) ? false : null;
}

function timeOf(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
