import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Grows with each change of holder, so that what an earlier holder still does can be told apart. */
  readonly fence: number;
}

export interface LeaseRequest {
  readonly name: string;
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds from now. */
  readonly duration: number;
}

/** Which process does a thing that only one may do at a time. */
@Injectable()
export class Leases {
  constructor(private readonly database: Database) {}

  /** Takes or renews the lease, or gives `undefined` while another holder's has not run out. */
  acquire({ name, holder, now, duration }: LeaseRequest): Promise<Lease | undefined> {
    return this.database.transaction(async (facts) => {
      const expires_at = now + duration;
      const current = await facts.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst();
      if (!current) {
        await facts.insertInto('leases').values({ name, holder, expires_at, fence: 1 }).execute();
        return { name, holder, fence: 1 };
      }
      if (current.holder !== holder && current.expires_at > now) return undefined;
      const fence = current.holder === holder ? current.fence : current.fence + 1;
      await facts.updateTable('leases').set({ holder, expires_at, fence }).where('name', '=', name).execute();
      return { name, holder, fence };
    });
  }

  /** Gives the lease up, where `holder` still has it. */
  async release({ name, holder }: Pick<Lease, 'name' | 'holder'>): Promise<void> {
    await this.database.transaction(async (facts) => {
      await facts
        .updateTable('leases')
        .set({ expires_at: 0 })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .execute();
    });
  }
}
