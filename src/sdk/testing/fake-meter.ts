import {
  type Counter,
  type Gauge,
  type Histogram,
  type HistogramOptions,
  type InstrumentOptions,
  type InstrumentSnapshot,
  type Labels,
  Meter,
  type Series,
} from '../ports/meter.js';

interface Instrument extends InstrumentOptions {
  readonly kind: InstrumentSnapshot['kind'];
  readonly bounds: readonly number[];
  readonly series: Map<string, { readonly labels: Labels; readonly values: number[] }>;
}

/** Counts in memory. `total` is what a test asks. */
export class FakeMeter extends Meter {
  private readonly instruments = new Map<string, Instrument>();

  counter(options: InstrumentOptions): Counter {
    const values = this.instrument(options, 'counter');
    const add = (labels: Labels, amount: number): void => void values(labels).push(amount);
    return {
      add: (labels = {}, amount = 1) => add(labels, amount),
      with: (labels) => ({ add: (amount = 1) => add(labels, amount) }),
    };
  }

  gauge(options: InstrumentOptions): Gauge {
    const values = this.instrument(options, 'gauge');
    const add = (labels: Labels, amount: number): void => void values(labels).push(amount);
    const set = (labels: Labels, value: number): void => void values(labels).splice(0, Infinity, value);
    return {
      set: (value, labels = {}) => set(labels, value),
      add: (labels = {}, amount = 1) => add(labels, amount),
      with: (labels) => ({ set: (value) => set(labels, value), add: (amount = 1) => add(labels, amount) }),
    };
  }

  histogram(options: HistogramOptions): Histogram {
    const values = this.instrument(options, 'histogram', options.buckets);
    const observe = (value: number, labels: Labels): void => void values(labels).push(value);
    return {
      observe: (value, labels = {}) => observe(value, labels),
      with: (labels) => ({ observe: (value) => observe(value, labels) }),
    };
  }

  snapshot(): readonly InstrumentSnapshot[] {
    return [...this.instruments.values()].map(({ name, help, kind, bounds, series }) => ({
      name,
      help,
      kind,
      ...(kind === 'histogram' && { bounds }),
      series: [...series.values()].map(({ labels, values }) => seriesOf(labels, values, kind === 'histogram', bounds)),
    }));
  }

  /** The sum of a series: what a counter or a gauge stands at, or all that a histogram saw; 0 where there is none. */
  total(name: string, labels: Labels = {}): number {
    return sum(this.instruments.get(name)?.series.get(keyOf(labels))?.values ?? []);
  }

  private instrument(
    { name, help }: InstrumentOptions,
    kind: Instrument['kind'],
    bounds: readonly number[] = [],
  ): (labels: Labels) => number[] {
    const found: Instrument = this.instruments.get(name) ?? { name, help, kind, bounds, series: new Map() };
    this.instruments.set(name, found);
    return (labels) => {
      const one = found.series.get(keyOf(labels)) ?? { labels, values: [] };
      found.series.set(keyOf(labels), one);
      return one.values;
    };
  }
}

function seriesOf(labels: Labels, values: readonly number[], isHistogram: boolean, bounds: readonly number[]): Series {
  const value = sum(values);
  if (!isHistogram) return { labels, value };
  const buckets = [...bounds, Infinity].map((bound) => values.filter((one) => one <= bound).length);
  return { labels, value, buckets, count: values.length };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort());
}
