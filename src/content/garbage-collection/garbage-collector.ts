import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock, type Digest, type RepositoryName } from '@berth/sdk';
import { Database } from '../../metadata/database.js';
import {
  type BlobKey,
  Garbage,
  type MembershipKey,
  type Scanned,
  type UnreferencedBlob,
  type UnreferencedManifest,
  type UnreferencedMembership,
} from '../../metadata/garbage.js';
import { Repositories } from '../../metadata/repositories.js';
import type { Facts } from '../../metadata/schema.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { GraceTime } from '../grace-time.js';

export interface Removal {
  readonly kind: 'manifest' | 'membership' | 'blob' | 'repository';
  readonly repository: RepositoryName | undefined;
  readonly digest: Digest | undefined;
  /** Bytes that are free now: of a blob only. */
  readonly size: number;
}

export interface CollectionOptions {
  /** Milliseconds since anybody last saw what may go. */
  readonly delay: number;
  /** Those that are collected. */
  readonly stores: readonly string[];
  readonly signal: AbortSignal;
  /** True: pause between steps, so that requests come first. */
  readonly gentle: boolean;
  readonly onRemoved: (removal: Removal) => void;
}

/** Rows looked at in one step, and removed in one transaction: a step is about a millisecond. */
const SPAN = 100;
const GROUP = 8;

/**
 * Removes what nothing refers to: manifests, then which repository holds which blob, then bytes. Each step asks again in its
 * own transaction, so a push, a mount or a HEAD that comes between wins, and nobody waits for the collection.
 */
@Injectable()
export class GarbageCollector {
  constructor(
    private readonly database: Database,
    private readonly garbage: Garbage,
    private readonly repositories: Repositories,
    private readonly stores: BlobStores,
    private readonly clock: Clock,
  ) {}

  async collect(options: CollectionOptions): Promise<void> {
    // Removing an index or a subject makes its children and referrers garbage: go round until nothing is left.
    while ((await this.#collectManifests(options)) > 0);
    await this.#collectMemberships(options);
    await this.#collectBlobs(options);
    await this.#collectRepositories(options);
  }

  #collectManifests(options: CollectionOptions): Promise<number> {
    return this.#sweep<UnreferencedManifest, number>(options, {
      first: 0,
      find: (before, window) => this.garbage.findManifests(before, options.stores, window),
      remove: (facts, row, before) => this.garbage.removeManifest(facts, row, before, this.clock.now()),
      removed: ({ repository, digest }) => {
        options.onRemoved({ kind: 'manifest', repository, digest, size: 0 });
      },
    });
  }

  #collectMemberships(options: CollectionOptions): Promise<number> {
    return this.#sweep<UnreferencedMembership, MembershipKey>(options, {
      first: { repositoryId: 0, digest: '' },
      find: (before, window) => this.garbage.findMemberships(before, options.stores, window),
      remove: (facts, row, before) => this.garbage.removeMembership(facts, row, before, this.clock.now()),
      removed: ({ repository, digest }) => {
        options.onRemoved({ kind: 'membership', repository, digest, size: 0 });
      },
    });
  }

  #collectBlobs(options: CollectionOptions): Promise<number> {
    return this.#sweep<UnreferencedBlob, BlobKey>(options, {
      first: { store: '', digest: '' },
      find: (before, window) => this.garbage.findBlobs(before, options.stores, window),
      remove: (facts, row, before) => this.garbage.removeBlob(facts, row, before),
      removed: async ({ store, location, digest, size }) => {
        // Only this location: whoever writes the same digest meanwhile writes to another.
        await this.stores.get(store).remove(location);
        options.onRemoved({ kind: 'blob', repository: undefined, digest, size });
      },
    });
  }

  async #collectRepositories({ stores, signal, gentle, onRemoved }: CollectionOptions): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined;) {
      signal.throwIfAborted();
      const started = performance.now();
      const ids: readonly number[] = await this.repositories.ids({ stores, after, limit: SPAN });
      const empty = await this.repositories.empty(ids);
      if (empty.length > 0) {
        const names = await this.database.transaction((facts) =>
          this.repositories.removeEmpty(facts, empty, this.clock.now()),
        );
        for (const repository of names) onRemoved({ kind: 'repository', repository, digest: undefined, size: 0 });
      }
      after = ids.length < SPAN ? undefined : ids.at(-1);
      if (gentle) await pauseAfter(started);
    }
  }

  async #sweep<Row, Key>({ delay: age, signal, gentle }: CollectionOptions, sweep: Sweep<Row, Key>): Promise<number> {
    const graceTime = new GraceTime(age);
    let count = 0;
    for (let after: Key | undefined = sweep.first; after !== undefined;) {
      signal.throwIfAborted();
      const before = graceTime.endedBefore(this.clock.now());
      let started = performance.now();
      const { rows, next }: Scanned<Row, Key> = await sweep.find(before, { after, span: SPAN });
      if (gentle) await pauseAfter(started);
      for (let start = 0; start < rows.length; start += GROUP) {
        signal.throwIfAborted();
        started = performance.now();
        const gone = await this.#removeGroup(rows.slice(start, start + GROUP), before, sweep);
        for (const row of gone) await sweep.removed(row);
        count += gone.length;
        if (gentle) await pauseAfter(started);
      }
      after = next;
    }
    return count;
  }

  #removeGroup<Row, Key>(rows: readonly Row[], before: number, sweep: Sweep<Row, Key>): Promise<Row[]> {
    return this.database.transaction(async (facts) => {
      const gone: Row[] = [];
      for (const row of rows) if (await sweep.remove(facts, row, before)) gone.push(row);
      return gone;
    });
  }
}

/** One kind of garbage: where its rows begin, how to find and remove them, and what to do once a removal is on the disk. */
interface Sweep<Row, Key> {
  readonly first: Key;
  readonly find: (before: number, window: { after: Key; span: number }) => Promise<Scanned<Row, Key>>;
  readonly remove: (facts: Facts, row: Row, before: number) => Promise<boolean>;
  readonly removed: (row: Row) => Promise<void> | void;
}

/** Rests four times as long as the step took, so that a collection never takes more than a fifth of the process. */
async function pauseAfter(started: number): Promise<void> {
  await delay(Math.min(100, 4 * (performance.now() - started)));
}
