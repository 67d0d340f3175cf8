import { Injectable } from '@nestjs/common';
import { Clock, Notifier } from '@berth/sdk';
import { Database } from '../../metadata/database.js';
import { Uploads } from '../../metadata/uploads.js';
import { BlobStorage } from '../../storage/blob-storage.js';
import { UploadSessions } from './upload-sessions.js';

export interface ExpiryOptions {
  /** Milliseconds since anything happened to the upload. */
  readonly delay: number;
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
    private readonly storage: BlobStorage,
    private readonly notifier: Notifier,
    private readonly clock: Clock,
  ) {}

  async expire({ delay, signal, onExpired }: ExpiryOptions): Promise<void> {
    const before = this.clock.now() - delay;
    for (let after = ''; ;) {
      signal.throwIfAborted();
      const rows = await this.uploads.stale({ before, after, limit: BATCH });
      for (const { id, repository } of rows) {
        after = id;
        if (this.sessions.isBusy(id)) continue;
        const gone = await this.database.transaction((facts) => this.uploads.removeStale(facts, id, before), {
          durable: false,
        });
        if (!gone) continue;
        this.sessions.forget(id);
        await this.storage.discard(id);
        this.notifier.notify('upload.expired', { repository, upload: id, reason: 'stale' });
        onExpired(id);
      }
      if (rows.length < BATCH) return;
    }
  }
}
