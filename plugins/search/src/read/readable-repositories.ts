import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AccessControl, type Identity } from '@berth/sdk';
import type { ReadScope } from './read-scope.js';
import { RepositoryNames } from './repository-names.js';

/** Names that are asked for before others have their turn: some milliseconds. */
const AT_ONCE = 500;

/** What an actor may read now. Asked anew for each query, so that a change of the rules holds at once. */
@Injectable()
export class ReadableRepositories {
  constructor(
    private readonly names: RepositoryNames,
    private readonly access: AccessControl,
  ) {}

  async of(identity: Identity): Promise<ReadScope> {
    const all = await this.names.all();
    const repositories: number[] = [];
    for (const [at, { id, name }] of all.entries()) {
      if (this.access.may(identity, 'read', name)) repositories.push(id);
      if (at % AT_ONCE === AT_ONCE - 1) await turn();
    }
    if (repositories.length < all.length) return { repositories };
    return { upTo: repositories.reduce((highest, id) => Math.max(highest, id), 0) };
  }
}
