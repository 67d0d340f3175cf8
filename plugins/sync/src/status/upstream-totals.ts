/** What became of a request. 429 is a class of its own: it is what operators look for. `none`: there was no answer. */
export type RequestOutcome = '2xx' | '3xx' | '4xx' | '429' | '5xx' | 'none';

/** What was counted of one upstream since the server started. */
export interface Totals {
  hits: number;
  misses: number;
  stale: number;
}

/** What was counted of one host since the server started. */
export interface HostTotals {
  readonly requests: Record<RequestOutcome, number>;
  bytes: number;
}

/** `status`: `undefined` where there was no answer. */
export function outcomeOf(status: number | undefined): RequestOutcome {
  if (status === undefined) return 'none';
  if (status === 429) return '429';
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}

/** The same that is counted for metrics, for whoever asks the plugin itself. By names of upstreams, of which there are few. */
export class UpstreamTotals {
  readonly #upstreams = new Map<string, Totals>();
  readonly #hosts = new Map<string, HostTotals>();

  of(upstream: string): Totals {
    const totals = this.#upstreams.get(upstream) ?? { hits: 0, misses: 0, stale: 0 };
    this.#upstreams.set(upstream, totals);
    return totals;
  }

  ofHost(host: string): HostTotals {
    const totals = this.#hosts.get(host) ?? {
      requests: { '2xx': 0, '3xx': 0, '4xx': 0, '429': 0, '5xx': 0, none: 0 },
      bytes: 0,
    };
    this.#hosts.set(host, totals);
    return totals;
  }
}
