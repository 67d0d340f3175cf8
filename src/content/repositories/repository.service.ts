import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AccessControl, type Identity, type RepositoryName } from '@berth/sdk';
import { Repositories } from '../../metadata/repositories.js';
import { type Page, type PageRequest, pageOf } from '../page.js';

/** Names read at once: whoever may read few of many must not have each asked for by itself. */
const READ_AT_ONCE = 500;

@Injectable()
export class RepositoryService {
  constructor(
    private readonly repositories: Repositories,
    private readonly access: AccessControl,
  ) {}

  /** A page of the repositories that hold a manifest and that the actor may pull from, in byte order. */
  list(request: PageRequest, identity: Identity): Promise<Page<RepositoryName>> {
    return pageOf(request, (last, limit) => this.#listReadable(last, limit, identity));
  }

  async #listReadable(last: string | undefined, limit: number, identity: Identity): Promise<RepositoryName[]> {
    const readable: RepositoryName[] = [];
    let after = last;
    while (readable.length < limit) {
      const names = await this.repositories.list({ last: after, limit: READ_AT_ONCE });
      readable.push(...names.filter((name) => this.access.maySee(identity, name)));
      if (names.length < READ_AT_ONCE) break;
      after = names.at(-1);
      // Embedded facts are read without a pause, in which nobody else would have an answer.
      await setImmediate();
    }
    return readable.slice(0, limit);
  }
}
