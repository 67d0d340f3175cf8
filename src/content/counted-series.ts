import type { CounterSeries } from '@berth/sdk';

/** A series that can be read again, for whoever shows its number elsewhere than among the metrics. */
export class CountedSeries implements CounterSeries {
  #total = 0;

  constructor(private readonly series: CounterSeries) {}

  get total(): number {
    return this.#total;
  }

  add(amount = 1): void {
    this.#total += amount;
    this.series.add(amount);
  }
}
