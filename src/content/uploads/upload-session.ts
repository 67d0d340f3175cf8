import type { DigestAlgorithm, RepositoryName } from '@berth/sdk';
import { Digesting } from '../blobs/digesting.js';

/** Turns of one session, so that what two requests do to it happens one after the other. */
export interface SessionTurn extends Disposable {
  /** Aborts when a later request wants the session: a client that comes again has given up on what it did before. */
  readonly superseded: AbortSignal;
}

/** What this process knows of one upload. The bytes and the row are the truth; the hash saves reading them again. */
export class UploadSession {
  /** The hash of the first `offset` bytes, or `undefined` where it was lost. */
  hash: Digesting | undefined;
  /** Bytes that are kept. */
  offset: number;
  /** True once the upload has become a blob or was given up. */
  isClosed = false;

  #last: Promise<void> = Promise.resolve();
  #current: AbortController | undefined;

  constructor(
    readonly id: string,
    readonly repository: RepositoryName,
    readonly store: string,
    readonly algorithm: DigestAlgorithm,
    offset: number,
  ) {
    this.offset = offset;
    if (offset === 0) this.hash = new Digesting(algorithm);
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** Waits for the turn of whoever was first, after telling it that it is superseded. */
  async takeTurn(): Promise<SessionTurn> {
    // Whoever has the turn, and whoever waits for it: only the newest request goes on.
    this.#current?.abort(new Error('Another request took the upload over.'));
    const controller = new AbortController();
    this.#current = controller;
    const before = this.#last;
    const finished = Promise.withResolvers<undefined>();
    this.#last = before.then(() => finished.promise);
    await before;
    return {
      superseded: controller.signal,
      [Symbol.dispose]: () => {
        if (this.#current === controller) this.#current = undefined;
        finished.resolve(undefined);
      },
    };
  }
}
