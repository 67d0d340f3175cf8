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
} from '@berth/sdk';

interface Instrument {
  snapshot(): InstrumentSnapshot;
}

/** Series of one instrument, by their labels. */
class SeriesTable<State> {
  readonly #series = new Map<string, { labels: Labels; state: State }>();

  constructor(private readonly initial: () => State) {}

  at(labels: Labels): { labels: Labels; state: State } {
    let key = '';
    for (const name of Object.keys(labels).sort()) key += `${name}\u0000${labels[name] ?? ''}\u0001`;
    let entry = this.#series.get(key);
    if (!entry) this.#series.set(key, (entry = { labels, state: this.initial() }));
    return entry;
  }

  map(describe: (labels: Labels, state: State) => Series): Series[] {
    return [...this.#series.values()].map(({ labels, state }) => describe(labels, state));
  }
}

class MemoryNumber implements Counter, Gauge, Instrument {
  readonly #table = new SeriesTable<number>(() => 0);

  constructor(
    readonly kind: 'counter' | 'gauge',
    private readonly options: InstrumentOptions,
  ) {}

  add(labels: Labels = {}, amount = 1): void {
    this.#table.at(labels).state += amount;
  }

  set(value: number, labels: Labels = {}): void {
    this.#table.at(labels).state = value;
  }

  snapshot(): InstrumentSnapshot {
    return { ...this.options, kind: this.kind, series: this.#table.map((labels, value) => ({ labels, value })) };
  }
}

class MemoryHistogram implements Histogram, Instrument {
  readonly #table;

  constructor(private readonly options: HistogramOptions) {
    this.#table = new SeriesTable(() => ({ sum: 0, count: 0, buckets: options.buckets.map(() => 0) }));
  }

  observe(value: number, labels: Labels = {}): void {
    const { state } = this.#table.at(labels);
    state.sum += value;
    state.count += 1;
    const { buckets: bounds } = this.options;
    for (let i = bounds.length - 1; i >= 0 && value <= (bounds[i] ?? Infinity); i--)
      state.buckets[i] = (state.buckets[i] ?? 0) + 1;
  }

  snapshot(): InstrumentSnapshot {
    const { name, help, buckets: bounds } = this.options;
    const series = this.#table.map((labels, { sum, count, buckets }) => ({
      labels,
      value: sum,
      count,
      buckets: [...buckets],
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
