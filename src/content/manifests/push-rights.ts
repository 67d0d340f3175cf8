import { Injectable } from '@nestjs/common';
import { AccessControl, type Digest, type RepositoryName, type Tag } from '@berth/sdk';
import type { ContentContext } from '../content-context.js';

/** What a push of a manifest needs beyond the right to push at all, which only what the tags point at now can tell. */
@Injectable()
export class PushRights {
  constructor(private readonly access: AccessControl) {}

  /**
   * A new tag is created, one that points elsewhere is updated, one that points there already may be either.
   *
   * @throws AccessDeniedError
   */
  check(
    { repository, digest }: { readonly repository: RepositoryName; readonly digest: Digest },
    previous: ReadonlyMap<Tag, Digest | undefined>,
    { identity }: ContentContext,
  ): void {
    if (previous.size === 0) this.#requireEither(identity, repository);
    for (const before of previous.values()) {
      if (before === digest) this.#requireEither(identity, repository);
      else this.access.require(identity, before === undefined ? 'create' : 'update', repository);
    }
  }

  #requireEither(identity: ContentContext['identity'], repository: RepositoryName): void {
    if (!this.access.may(identity, 'update', repository)) this.access.require(identity, 'create', repository);
  }
}
