import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ExpressionAnswer, ExpressionQuestion } from './expression-messages.js';
import { ExpressionThread } from './expression-thread.js';

/** Evaluates expressions under a time limit that holds: in a thread, which is ended when the time is over. */
@Injectable()
export class ExpressionEvaluator implements OnApplicationShutdown {
  #thread: ExpressionThread | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Takes its turn. `limit`: milliseconds from when its turn comes. Rejects where `signal` aborts while it waits. */
  async evaluate(question: ExpressionQuestion, limit: number, signal: AbortSignal): Promise<ExpressionAnswer> {
    const turn = this.#last.then(async () => {
      signal.throwIfAborted();
      return (await this.#open()).ask(question, limit);
    });
    // Whoever asked is told of a failure; whoever comes next does not fail for it.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  onApplicationShutdown(): void {
    this.#thread?.end();
  }

  async #open(): Promise<ExpressionThread> {
    if (!this.#thread || this.#thread.ended) this.#thread = await ExpressionThread.start();
    return this.#thread;
  }
}
