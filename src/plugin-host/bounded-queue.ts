/** Runs tasks one after the other; what does not fit is dropped and counted, so that a slow handler holds nobody up. */
export class BoundedQueue {
  readonly #tasks: (() => Promise<void>)[] = [];
  #running = false;

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
    if (!this.#running) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task();
    this.#running = false;
  }
}
