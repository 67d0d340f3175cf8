import { UpstreamCaches, type UpstreamCacheObserver } from '../ports/upstream-caches.js';

/** Takes down what it is told; a test says how much is kept. */
export class FakeUpstreamCaches extends UpstreamCaches {
  limits: ReadonlyMap<string, number> = new Map();
  readonly held = new Map<string, number>();
  readonly observers: UpstreamCacheObserver[] = [];

  limit(limits: ReadonlyMap<string, number>): void {
    this.limits = limits;
  }

  observe(observer: UpstreamCacheObserver): void {
    this.observers.push(observer);
  }

  async usage(): Promise<ReadonlyMap<string, number>> {
    return this.held;
  }
}
