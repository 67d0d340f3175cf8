import type { Counter, CounterSeries, Histogram, HistogramSeries, Meter } from '@berth/sdk';

/** Upper bounds in seconds; zot's own (0.05, 0.5, 1, 5, 30, 60, 600) are among them, so that its dashboards find them. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600];

interface MethodSeries {
  readonly duration: HistogramSeries;
  readonly byStatus: Map<number, CounterSeries>;
}

/** The numbers of requests. Series are looked up once for each method and status, so that a request costs a few additions. */
export class RequestSeries {
  readonly #requests: Counter;
  readonly #duration: Histogram;
  readonly #sent: CounterSeries;
  readonly #methods = new Map<string, MethodSeries>();

  constructor(meter: Meter) {
    this.#requests = meter.counter({ name: 'berth_http_requests_total', help: 'Requests by method and status.' });
    this.#duration = meter.histogram({
      name: 'berth_http_request_duration_seconds',
      help: 'Time of a request by method.',
      buckets: SECONDS,
    });
    const sent = meter.counter({
      name: 'berth_http_sent_bytes_total',
      help: 'Bytes of manifests and blobs in answers that were sent whole.',
    });
    this.#sent = sent.with({});
  }

  /** `duration`: milliseconds; `sent`: bytes of content in an answer that has reached the client. */
  add(method: string, status: number, duration: number, sent: number): void {
    const series = this.#methods.get(method) ?? this.#addMethod(method);
    series.duration.observe(duration / 1000);
    const counter = series.byStatus.get(status) ?? this.#addStatus(series, method, status);
    counter.add();
    if (sent > 0) this.#sent.add(sent);
  }

  #addMethod(method: string): MethodSeries {
    const series = { duration: this.#duration.with({ method }), byStatus: new Map() };
    this.#methods.set(method, series);
    return series;
  }

  #addStatus({ byStatus }: MethodSeries, method: string, status: number): CounterSeries {
    const counter = this.#requests.with({ method, code: String(status) });
    byStatus.set(status, counter);
    return counter;
  }
}
