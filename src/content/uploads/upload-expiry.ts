import { Injectable } from '@nestjs/common';
import { Clock, Notifier } from '@berth/sdk';
import { Database } from '../../metadata/database.js';
import { Uploads } from '../../metadata/uploads.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { UploadSessions } from './upload-sessions.js';

export interface ExpiryOptions {
  /** Milliseconds since anything happened to the upload. */
  readonly delay: number;
  /** Those whose uploads may go. */
  readonly stores: readonly string[];
  readonly signal: AbortSignal;
  readonly onExpired: (upload: string) => void;
}

const BATCH = 100;

/** Gives up uploads that nobody goes on with. */
@Injectable()
export class UploadExpiry {
  constructor(
    private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly sessions: UploadSessions,
    private readonly stores: BlobStores,
    private readonly notifier: Notifier,
    private readonly clock: Clock,
  ) {}

  async expire({ delay, stores, signal, onExpired }: ExpiryOptions): Promise<void> {
    const before = this.clock.now() - delay;
    for (let after = ''; ;) {
      signal.throwIfAborted();
      const rows = await this.uploads.stale({ before, stores, after, limit: BATCH });
      for (const { id, repository, store } of rows) {
        after = id;
        if (this.sessions.isBusy(id)) continue;
        const gone = await this.database.transaction((facts) => this.uploads.removeStale(facts, id, before), {
          durable: false,
        });
        if (!gone) continue;
        this.sessions.forget(id);
        await this.stores.get(store).discard(id);
        this.notifier.notify('upload.expired', { repository, upload: id, reason: 'stale' });
        onExpired(id);
      }
      if (rows.length < BATCH) return;
    }
  }
}
