import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import type { ChangeKind, Facts } from './schema.js';

export interface Change {
  readonly at: number;
  readonly kind: ChangeKind;
  readonly repository: RepositoryName;
  readonly reference?: string;
  readonly digest?: Digest;
  readonly actor: string | undefined;
}

/** The log that indexes, event sinks and replicas follow: each fact's change, in the transaction of the fact. */
@Injectable()
export class Changes {
  async record(facts: Facts, change: Change): Promise<void> {
    await facts
      .insertInto('changes')
      .values({
        at: change.at,
        kind: change.kind,
        repository: change.repository,
        reference: change.reference ?? null,
        digest: change.digest ?? null,
        actor: change.actor ?? null,
      })
      .execute();
  }
}
