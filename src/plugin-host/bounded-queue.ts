/** Runs tasks one after the other; what does not fit is dropped and counted, so that a slow handler holds nobody up. */
export class BoundedQueue {
  #tasks: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  constructor(
    private readonly capacity: number,
    private readonly onDropped: () => void,
  ) {}

  /** `task` must not throw. */
  push(task: () => Promise<void>): void {
    if (this.#tasks.length >= this.capacity) {
      this.onDropped();
      return;
    }
    this.#tasks.push(task);
    this.#running ??= this.#drain();
  }

  /** Resolves when nothing waits or runs any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Drops what waits. What runs goes on. */
  clear(): void {
    for (const _ of this.#tasks) this.onDropped();
    this.#tasks = [];
  }

  async #drain(): Promise<void> {
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task();
    this.#running = undefined;
  }
}
