export type Labels = Readonly<Record<string, string>>;

/** One series of a counter, found once: for hot paths, where `with` is called ahead and this adds a number. */
export interface CounterSeries {
  /** Adds `amount` (1 where absent; never negative). */
  add(amount?: number): void;
}

export interface Counter {
  /** Adds `amount` (1 where absent; never negative) to the series of `labels`. */
  add(labels?: Labels, amount?: number): void;
  /** The series of `labels`, which from then on is there, at 0 while nothing was counted. */
  with(labels: Labels): CounterSeries;
}

export interface GaugeSeries {
  set(value: number): void;
  /** Adds `amount` (1 where absent), which may be negative. */
  add(amount?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Adds `amount` (1 where absent), which may be negative. */
  add(labels?: Labels, amount?: number): void;
  /** The series of `labels`, which from then on is there, at 0 while nothing was set. */
  with(labels: Labels): GaugeSeries;
}

export interface HistogramSeries {
  /** Records one value, in the unit of the instrument's name. */
  observe(value: number): void;
}

export interface Histogram {
  /** Records one value, in the unit of the instrument's name. */
  observe(value: number, labels?: Labels): void;
  /** The series of `labels`, which from then on is there, empty while nothing was recorded. */
  with(labels: Labels): HistogramSeries;
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
