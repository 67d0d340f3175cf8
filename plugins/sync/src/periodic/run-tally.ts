import { NOTHING, type RunCounts, type TagOutcome } from './run-counts.js';

/** Counts what a run does. */
export class RunTally {
  #counts: RunCounts = NOTHING;

  get counts(): RunCounts {
    return this.#counts;
  }

  /** What failed is tried again: it has not failed yet. */
  beginAgain(): void {
    const { tags } = this.#counts;
    this.#counts = { ...this.#counts, problems: 0, tags: { ...tags, failed: 0 } };
  }

  repository(): void {
    this.#counts = { ...this.#counts, repositories: this.#counts.repositories + 1 };
  }

  problem(): void {
    this.#counts = { ...this.#counts, problems: this.#counts.problems + 1 };
  }

  tag(outcome: TagOutcome): void {
    const { tags } = this.#counts;
    this.#counts = { ...this.#counts, tags: { ...tags, [outcome]: tags[outcome] + 1 } };
  }

  bytes(length: number): void {
    this.#counts = { ...this.#counts, bytes: this.#counts.bytes + length };
  }
}
