import { Injectable } from '@nestjs/common';
import { Clock, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { Database } from '../metadata/database.js';
import { Manifests } from '../metadata/manifests.js';
import { type MembershipKey, Memberships } from '../metadata/memberships.js';

/**
 * Marks what a client has just asked about. Clients ask, skip the upload of what is there, and push the manifest that needs
 * it later: until then garbage collection leaves it alone, also where the manifest that named it so far goes meanwhile.
 */
@Injectable()
export class LastSeen {
  constructor(
    private readonly database: Database,
    private readonly memberships: Memberships,
    private readonly manifests: Manifests,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  /** False where the repository holds the blob no more. */
  blob(key: MembershipKey): Promise<boolean> {
    return this.#mark(
      this.database.transaction((facts) => this.memberships.touch(facts, key, this.clock.now()), { durable: false }),
    );
  }

  /** False where the manifest with row `id` has gone. */
  manifest(id: number): Promise<boolean> {
    return this.#mark(
      this.database.transaction((facts) => this.manifests.touch(facts, id, this.clock.now()), { durable: false }),
    );
  }

  /** Where the database takes no writes, nothing is collected either, and a question is no reason to fail. */
  async #mark(marking: Promise<boolean>): Promise<boolean> {
    try {
      return await marking;
    } catch (cause) {
      if (!(cause instanceof StorageError)) throw cause;
      this.logger.warn({ err: cause }, 'what a client asked about could not be marked as seen');
      return true;
    }
  }
}
