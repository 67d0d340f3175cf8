import { Injectable } from '@nestjs/common';
import { Clock, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { Database } from '../metadata/database.js';
import { Manifests } from '../metadata/manifests.js';
import { type MembershipKey, Memberships } from '../metadata/memberships.js';
import type { Facts } from '../metadata/schema.js';
import { GraceTime } from './grace-time.js';

/** When the row was last marked, as the look-up found it. */
interface Marked {
  readonly lastSeen: number;
}

/**
 * Marks what a client has just asked about. Clients ask, skip the upload of what is there, and push the manifest that needs
 * it later: until then garbage collection leaves it alone, also where the manifest that named it so far goes meanwhile.
 * What the look-up found marked just now is not written again: the answer is true as of that look-up, and the row it found,
 * not a memory of ours, says that the mark is there.
 */
@Injectable()
export class LastSeen {
  constructor(
    private readonly database: Database,
    private readonly memberships: Memberships,
    private readonly manifests: Manifests,
    private readonly graceTime: GraceTime,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  /** False where the repository holds the blob no more. */
  blob({ lastSeen, ...key }: MembershipKey & Marked): Promise<boolean> {
    return this.#mark(lastSeen, (facts, at) => this.memberships.touch(facts, key, at));
  }

  /** False where the manifest with row `id` has gone. */
  manifest({ lastSeen, id }: { readonly id: number } & Marked): Promise<boolean> {
    return this.#mark(lastSeen, (facts, at) => this.manifests.touch(facts, id, at));
  }

  async #mark(lastSeen: number, touch: (facts: Facts, at: number) => Promise<boolean>): Promise<boolean> {
    if (this.graceTime.isTold(lastSeen, this.clock.now())) return true;
    try {
      return await this.database.transaction((facts) => touch(facts, this.clock.now()), { durable: false });
    } catch (cause) {
      // Where the database takes no writes, nothing is collected either, and a question is no reason to fail.
      if (!(cause instanceof StorageError)) throw cause;
      this.logger.warn({ err: cause }, 'what a client asked about could not be marked as seen');
      return true;
    }
  }
}
