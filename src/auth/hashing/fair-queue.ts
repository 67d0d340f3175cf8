/** Items wait in lanes, and each lane has its turn. However long one is, another waits only for one of its items. */
export class FairQueue<Lane, Item> {
  /** In the order of their turns; none is empty. */
  readonly #lanes = new Map<Lane, Item[]>();
  #size = 0;

  /** `bound`: how many may wait. */
  constructor(private readonly bound: number) {}

  get size(): number {
    return this.#size;
  }

  /** Gives the item that has to go where too many wait: the last of the longest lane, which may be the new one. */
  add(lane: Lane, item: Item): Item | undefined {
    const waiting = this.#lanes.get(lane);
    if (waiting) waiting.push(item);
    else this.#lanes.set(lane, [item]);
    this.#size += 1;
    return this.#size > this.bound ? this.#dropFromLongest() : undefined;
  }

  /** The next one, whose lane then comes after all others. */
  take(): Item | undefined {
    for (const [lane, waiting] of this.#lanes) {
      const item = waiting.shift();
      this.#lanes.delete(lane);
      if (waiting.length > 0) this.#lanes.set(lane, waiting);
      this.#size -= 1;
      return item;
    }
    return undefined;
  }

  /** Does nothing where it does not wait any more. */
  remove(lane: Lane, item: Item): void {
    const waiting = this.#lanes.get(lane);
    const at = waiting?.indexOf(item) ?? -1;
    if (!waiting || at < 0) return;
    waiting.splice(at, 1);
    if (waiting.length === 0) this.#lanes.delete(lane);
    this.#size -= 1;
  }

  #dropFromLongest(): Item | undefined {
    const [longest, waiting] = [...this.#lanes].reduce((most, lane) => (lane[1].length > most[1].length ? lane : most));
    const item = waiting.at(-1);
    if (item !== undefined) this.remove(longest, item);
    return item;
  }
}
