/** A signal that aborts after some time, or with another one, and never once it is disposed of. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer;
  readonly #onAbort = (): void => {
    this.#controller.abort(this.parent?.reason);
  };

  /** `within`: milliseconds. */
  constructor(
    within: number,
    private readonly parent?: AbortSignal,
  ) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException(`There was no answer within ${within} ms.`, 'TimeoutError'));
    }, within);
    if (parent?.aborted) this.#onAbort();
    parent?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.parent?.removeEventListener('abort', this.#onAbort);
  }
}

export function isTimeout(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  return (
    cause.name === 'TimeoutError' || ('code' in cause && /^(UND_ERR_\w+_TIMEOUT|ETIMEDOUT)$/.test(String(cause.code)))
  );
}
