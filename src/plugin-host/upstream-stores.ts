import { Injectable } from '@nestjs/common';
import type { MirroredRepository, RepositoryResolver } from '@berth/sdk';

/** Which store a plugin wants what comes from an upstream in. */
@Injectable()
export class UpstreamStores {
  #resolver: RepositoryResolver | undefined;

  /** Takes the resolver that a plugin contributes. */
  use(resolver: RepositoryResolver): void {
    this.#resolver = resolver;
  }

  /** `undefined` where nobody wants it anywhere. */
  storeOf(mirrored: MirroredRepository): string | undefined {
    return this.#resolver?.storeOf?.(mirrored);
  }
}
