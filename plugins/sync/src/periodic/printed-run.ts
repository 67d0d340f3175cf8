import type { CommandConsole, RepositoryName, Tag } from '@berth/sdk';
import { seenOf, type TagOutcome } from './run-counts.js';
import type { RunObserver } from './run-scope.js';
import { bytesText } from './run-text.js';
import type { RunTally } from './run-tally.js';

/** What is worth a line: the others are what a run is for, and are counted. */
const TOLD: ReadonlySet<TagOutcome> = new Set<TagOutcome>([
  'moved',
  'removed',
  'failed',
  'refused',
  'unsigned',
  'shadowed',
]);
const CLEAR = '\r\u001b[K';
const BAR = 30;
/** Milliseconds between two pictures of the bar. */
const FRAME = 100;

/** Shows a run on a terminal: a line for what happens, and where it can be seen to change, a bar below them. */
export class PrintedRun implements RunObserver {
  #expected = 0;
  #repository = '';
  #drawnAt = -Infinity;

  constructor(
    private readonly upstream: string,
    private readonly tally: RunTally,
    private readonly console: CommandConsole,
  ) {}

  problem(what: string, reason: string): void {
    this.#line(`${this.upstream}: problem: ${what}: ${reason}`);
  }

  passedOver(remote: string, reason: string): void {
    this.#line(`${this.upstream}: passed over: ${remote}: ${reason}`);
  }

  chosen(repository: RepositoryName, tags: number): void {
    this.#repository = repository;
    this.#expected += tags;
    this.progress();
  }

  tag(repository: RepositoryName, tag: Tag, outcome: TagOutcome, reason?: string): void {
    if (TOLD.has(outcome)) this.#line(`${repository}:${tag} ${outcome}${reason === undefined ? '' : `: ${reason}`}`);
  }

  progress(): void {
    const now = performance.now();
    if (!this.console.isTerminal || now - this.#drawnAt < FRAME) return;
    this.#drawnAt = now;
    this.console.err(`${CLEAR}${this.#bar()}`);
  }

  /** The bar goes. */
  end(): void {
    if (this.console.isTerminal) this.console.err(CLEAR);
  }

  #bar(): string {
    const { counts } = this.tally;
    const done = seenOf(counts);
    // Of tags that belong to images nobody knew before.
    const expected = Math.max(this.#expected, done, 1);
    const filled = Math.floor((BAR * done) / expected);
    const bar = `${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}`;
    return `[${bar}] ${done}/${expected} tags, ${bytesText(counts.bytes)}, ${this.#repository}`;
  }

  #line(text: string): void {
    this.console.err(`${this.console.isTerminal ? CLEAR : ''}${text}\n`);
    this.#drawnAt = -Infinity;
    this.progress();
  }
}
