import { Injectable } from '@nestjs/common';
import { type Change, ChangeFeed, type FollowOptions } from '@berth/sdk';
import { type ChangeRow, Changes } from '../../metadata/changes.js';
import { WakeUp } from './wake-up.js';

const BATCH = 500;
/** Milliseconds after which it looks again without being woken: other processes commit too. */
const LONGEST_SLEEP = 1000;

@Injectable()
export class ContentChangeFeed extends ChangeFeed {
  constructor(private readonly changes: Changes) {
    super();
  }

  async read(after: number, limit: number): Promise<readonly Change[]> {
    return (await this.changes.list(after, limit)).map(changeOf);
  }

  latest(): Promise<number> {
    return this.changes.latest();
  }

  async *follow({ after, signal, limit = BATCH }: FollowOptions): AsyncGenerator<readonly Change[], void, undefined> {
    const wakeUp = new WakeUp(signal, LONGEST_SLEEP);
    const unsubscribe = this.changes.onCommitted(() => {
      wakeUp.wake();
    });
    try {
      let dealtWith = after;
      while (!signal.aborted) {
        wakeUp.reset();
        const batch = await this.read(dealtWith, limit);
        // Once it is asked for the next batch, whoever follows has dealt with this one.
        const last = batch.at(-1);
        if (last) {
          yield batch;
          dealtWith = last.sequence;
        } else {
          await wakeUp.sleep();
        }
      }
    } finally {
      unsubscribe();
    }
  }
}

function changeOf({ reference, digest, actor, ...row }: ChangeRow): Change {
  return { ...row, reference: reference ?? undefined, digest: digest ?? undefined, actor: actor ?? undefined };
}
