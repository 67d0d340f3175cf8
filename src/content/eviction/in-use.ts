import { Injectable } from '@nestjs/common';
import { type Digest, formatReference, type Reference, type RepositoryName, type Tag } from '@berth/sdk';
import type { InUseNow } from '../../metadata/upstream-evictions.js';

/** What is being pulled now: it is not evicted meanwhile. */
@Injectable()
export class InUse implements InUseNow {
  readonly #users = new Map<string, number>();
  #released: () => void = () => undefined;

  /** For as long as its bytes are read. */
  holdBlob(digest: Digest): Disposable {
    return this.#hold(digest);
  }

  /** From before it is looked up, so that whatever is found then, or fetched, stays until it is answered. */
  holdManifest(repository: RepositoryName, reference: Reference): Disposable {
    return this.#hold(`${repository} ${formatReference(reference)}`);
  }

  blob(digest: Digest): boolean {
    return this.#users.has(digest);
  }

  manifest(repository: RepositoryName, digest: Digest, tags: readonly Tag[]): boolean {
    return [digest, ...tags].some((reference) => this.#users.has(`${repository} ${reference}`));
  }

  /** Calls `listener` each time that something is in use no more. */
  onReleased(listener: () => void): void {
    this.#released = listener;
  }

  #hold(key: string): Disposable {
    this.#users.set(key, (this.#users.get(key) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (this.#users.get(key) ?? 1) - 1;
        if (left > 0) this.#users.set(key, left);
        else {
          this.#users.delete(key);
          this.#released();
        }
      },
    };
  }
}
