/** How long each of many operations took, in milliseconds. */
export class Latencies {
  private readonly samples: number[] = [];

  get count(): number {
    return this.samples.length;
  }

  /** Does `operation` and keeps how long it took. */
  async measure<T>(operation: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await operation();
    this.samples.push(performance.now() - begin);
    return result;
  }

  /** Keeps one that was measured otherwise. */
  add(milliseconds: number): void {
    this.samples.push(milliseconds);
  }

  /** The time within which `share` of them (0.99 for the p99) were done. @throws Error where there are none. */
  quantile(share: number): number {
    const sorted = this.samples.toSorted((left, right) => left - right);
    const value = sorted[Math.ceil(sorted.length * share) - 1];
    if (value === undefined) throw new Error('nothing was measured');
    return value;
  }
}
