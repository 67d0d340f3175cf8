import {
  type Counter,
  type Gauge,
  type Histogram,
  type HistogramOptions,
  type InstrumentOptions,
  type InstrumentSnapshot,
  Meter,
} from '@berth/sdk';

/** The server's meter as one plugin sees it: what it makes is named `berth_<plugin>_...`, and it may read everything. */
export class ScopedMeter extends Meter {
  readonly #prefix: string;

  constructor(
    plugin: string,
    private readonly whole: Meter,
  ) {
    super();
    this.#prefix = `berth_${plugin.replaceAll('-', '_')}_`;
  }

  counter(options: InstrumentOptions): Counter {
    return this.whole.counter(this.#own(options));
  }

  gauge(options: InstrumentOptions): Gauge {
    return this.whole.gauge(this.#own(options));
  }

  histogram(options: HistogramOptions): Histogram {
    return this.whole.histogram(this.#own(options));
  }

  snapshot(): readonly InstrumentSnapshot[] {
    return this.whole.snapshot();
  }

  #own<Options extends InstrumentOptions>(options: Options): Options {
    const { name } = options;
    return name.startsWith(this.#prefix) ? options : { ...options, name: this.#prefix + name };
  }
}
