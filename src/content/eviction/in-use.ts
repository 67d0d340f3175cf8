import { Injectable } from '@nestjs/common';
import { type Digest, formatReference, type Reference, type RepositoryName, type Tag } from '@berth/sdk';
import type { InUseNow } from '../../metadata/upstream-evictions.js';

/** What is being pulled now: it is not evicted meanwhile. */
@Injectable()
export class InUse implements InUseNow {
  readonly #blobs = new Map<Digest, number>();
  readonly #manifests = new Map<string, number>();
  #released: () => void = () => undefined;

  /** For as long as its bytes are read. */
  holdBlob(digest: Digest): Disposable {
    return this.#hold(this.#blobs, digest);
  }

  /** From before it is looked up, so that whatever is found then, or fetched, stays until it is answered. */
  holdManifest(repository: RepositoryName, reference: Reference): Disposable {
    return this.#hold(this.#manifests, `${repository} ${formatReference(reference)}`);
  }

  blob(digest: Digest): boolean {
    return this.#blobs.has(digest);
  }

  manifest(repository: RepositoryName, digest: Digest, tags: readonly Tag[]): boolean {
    return [digest, ...tags].some((reference) => this.#manifests.has(`${repository} ${reference}`));
  }

  get blobs(): readonly Digest[] {
    return [...this.#blobs.keys()];
  }

  /** Calls `listener` each time that something is in use no more. */
  onReleased(listener: () => void): void {
    this.#released = listener;
  }

  #hold<Key>(users: Map<Key, number>, key: Key): Disposable {
    users.set(key, (users.get(key) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (users.get(key) ?? 1) - 1;
        if (left > 0) users.set(key, left);
        else {
          users.delete(key);
          this.#released();
        }
      },
    };
  }
}
