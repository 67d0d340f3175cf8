export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  /** Adds `amount` (1 where absent; never negative) to the series of `labels`. */
  add(labels?: Labels, amount?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Adds `amount` (1 where absent), which may be negative. */
  add(labels?: Labels, amount?: number): void;
}

export interface Histogram {
  /** Records one value, in the unit of the instrument's name. */
  observe(value: number, labels?: Labels): void;
}

export interface InstrumentOptions {
  /** Prometheus style: lower case, unit last, `_total` for counters. */
  readonly name: string;
  readonly help: string;
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds, ascending; the last bucket, +Inf, is implied. */
  readonly buckets: readonly number[];
}

export interface Series {
  readonly labels: Labels;
  readonly value: number;
  /** Of a histogram only: how many values lie at or below each bound, then in all. */
  readonly buckets?: readonly number[];
  readonly count?: number;
}

export interface InstrumentSnapshot extends InstrumentOptions {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly bounds?: readonly number[];
  readonly series: readonly Series[];
}

/** Numbers, counted in memory and in line; whoever wants them takes a snapshot. Asking twice for a name gives the same. */
export abstract class Meter {
  abstract counter(options: InstrumentOptions): Counter;
  abstract gauge(options: InstrumentOptions): Gauge;
  abstract histogram(options: HistogramOptions): Histogram;
  abstract snapshot(): readonly InstrumentSnapshot[];
}
