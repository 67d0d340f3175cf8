import {
  type Counter,
  type CounterSeries,
  type Gauge,
  type GaugeSeries,
  type Histogram,
  type HistogramOptions,
  type HistogramSeries,
  type InstrumentOptions,
  type InstrumentSnapshot,
  type Labels,
  Meter,
  type Series,
} from '@berth/sdk';

interface Instrument {
  snapshot(): InstrumentSnapshot;
}

/** Series of one instrument, by their labels. */
class SeriesTable<Entry> {
  readonly #series = new Map<string, Entry>();

  constructor(private readonly create: (labels: Labels) => Entry) {}

  at(labels: Labels): Entry {
    let key = '';
    for (const name of Object.keys(labels).sort()) key += `${name}\u0000${labels[name] ?? ''}\u0001`;
    let entry = this.#series.get(key);
    if (!entry) this.#series.set(key, (entry = this.create(labels)));
    return entry;
  }

  map(describe: (entry: Entry) => Series): Series[] {
    return [...this.#series.values()].map(describe);
  }
}

class NumberSeries implements CounterSeries, GaugeSeries {
  value = 0;

  constructor(readonly labels: Labels) {}

  add(amount = 1): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }
}

class MemoryNumber implements Counter, Gauge, Instrument {
  readonly #table = new SeriesTable((labels) => new NumberSeries(labels));

  constructor(
    readonly kind: 'counter' | 'gauge',
    private readonly options: InstrumentOptions,
  ) {}

  with(labels: Labels): NumberSeries {
    return this.#table.at(labels);
  }

  add(labels: Labels = {}, amount = 1): void {
    this.#table.at(labels).add(amount);
  }

  set(value: number, labels: Labels = {}): void {
    this.#table.at(labels).set(value);
  }

  snapshot(): InstrumentSnapshot {
    const { name, help } = this.options;
    return { name, help, kind: this.kind, series: this.#table.map(({ labels, value }) => ({ labels, value })) };
  }
}

class BucketSeries implements HistogramSeries {
  sum = 0;
  count = 0;
  /** Values in each bucket alone: most are in the first ones, so finding the bucket is short. */
  readonly #single: number[];

  constructor(
    readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.#single = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count += 1;
    const at = this.bounds.findIndex((bound) => value <= bound);
    if (at >= 0) this.#single[at] = (this.#single[at] ?? 0) + 1;
  }

  /** Values at or below each bound. */
  get buckets(): number[] {
    let below = 0;
    return this.#single.map((count) => (below += count));
  }
}

class MemoryHistogram implements Histogram, Instrument {
  readonly #table;

  constructor(private readonly options: HistogramOptions) {
    this.#table = new SeriesTable((labels) => new BucketSeries(labels, options.buckets));
  }

  with(labels: Labels): BucketSeries {
    return this.#table.at(labels);
  }

  observe(value: number, labels: Labels = {}): void {
    this.#table.at(labels).observe(value);
  }

  snapshot(): InstrumentSnapshot {
    const { name, help, buckets: bounds } = this.options;
    const series = this.#table.map(({ labels, sum, count, buckets }) => ({
      labels,
      value: sum,
      count,
      buckets,
    }));
    return { name, help, kind: 'histogram', bounds, series };
  }
}

/** Numbers in the memory of this process. */
export class InMemoryMeter extends Meter {
  readonly #instruments = new Map<string, Instrument>();

  counter(options: InstrumentOptions): Counter {
    const known = this.#instruments.get(options.name);
    if (known instanceof MemoryNumber && known.kind === 'counter') return known;
    return this.#keep(options.name, new MemoryNumber('counter', options));
  }

  gauge(options: InstrumentOptions): Gauge {
    const known = this.#instruments.get(options.name);
    if (known instanceof MemoryNumber && known.kind === 'gauge') return known;
    return this.#keep(options.name, new MemoryNumber('gauge', options));
  }

  histogram(options: HistogramOptions): Histogram {
    const known = this.#instruments.get(options.name);
    if (known instanceof MemoryHistogram) return known;
    return this.#keep(options.name, new MemoryHistogram(options));
  }

  snapshot(): readonly InstrumentSnapshot[] {
    return [...this.#instruments.values()].map((instrument) => instrument.snapshot());
  }

  #keep<Kind extends Instrument>(name: string, instrument: Kind): Kind {
    if (this.#instruments.has(name)) throw new TypeError(`${name} is an instrument of another kind.`);
    this.#instruments.set(name, instrument);
    return instrument;
  }
}
