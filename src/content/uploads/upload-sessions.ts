import { Injectable } from '@nestjs/common';
import { RegistryError, type RepositoryName } from '@berth/sdk';
import { Uploads } from '../../metadata/uploads.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { UploadMeter } from './upload-meter.js';
import { UploadSession } from './upload-session.js';

/** Sessions remembered; one that is forgotten goes on from its bytes, at the price of reading them again. */
const REMEMBERED = 10_000;

/** The sessions this process knows, and those it can take up again after a restart. */
@Injectable()
export class UploadSessions {
  /** The longest unused first. */
  readonly #sessions = new Map<string, UploadSession>();

  constructor(
    private readonly uploads: Uploads,
    private readonly stores: BlobStores,
    private readonly meter: UploadMeter,
  ) {}

  remember(session: UploadSession): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    if (this.#sessions.size > REMEMBERED) this.#forgetOldest();
    this.meter.inProgress.set(this.#sessions.size);
  }

  forget(id: string): void {
    this.#sessions.delete(id);
    this.meter.inProgress.set(this.#sessions.size);
  }

  isBusy(id: string): boolean {
    return this.#sessions.get(id)?.isBusy ?? false;
  }

  /** The session of an upload of the repository, or BLOB_UPLOAD_UNKNOWN. */
  async get(repository: RepositoryName, id: string): Promise<UploadSession> {
    const known = this.#sessions.get(id);
    if (known && !known.isClosed && known.repository === repository) {
      this.remember(known);
      return known;
    }
    const row = await this.uploads.find(repository, id);
    // One that began in a store which is not configured any more is out of reach.
    if (!row || !this.stores.has(row.store)) throw uploadUnknown(id);
    const { store, algorithm } = row;
    const session = new UploadSession(id, repository, store, algorithm, await this.stores.get(store).uploadSize(id));
    // Another request may have taken it up meanwhile; both must use the same one.
    const other = this.#sessions.get(id);
    if (other && !other.isClosed) return other;
    this.remember(session);
    return session;
  }

  /** Never one that is busy: a second session of the same upload would write beside it. */
  #forgetOldest(): void {
    for (const [id, session] of this.#sessions) {
      if (session.isBusy) continue;
      this.#sessions.delete(id);
      return;
    }
  }
}

export function uploadUnknown(id: string): RegistryError {
  return new RegistryError('BLOB_UPLOAD_UNKNOWN', { detail: { upload: id } });
}
