import { Readable } from 'node:stream';
import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import {
  type AffectedManifest,
  type BlobInfo,
  type BlobKey,
  BlobStore,
  type RepairOutcome,
  type StoredBlob,
  type WantedFromUpstream,
} from '../ports/blob-store.js';

interface HeldBlob {
  readonly key: BlobKey;
  readonly repositories: readonly RepositoryName[];
  bytes: Uint8Array;
  isQuarantined: boolean;
  /** Which bytes of this key they are: grows with each that replace others. */
  revision: number;
}

/** Blobs that a test puts in. `affects` and `sources` say what it answers of manifests and of repairs. */
export class FakeBlobStore extends BlobStore {
  readonly affects: AffectedManifest[] = [];
  /** What `repair` gets by digest; a digest that is not here is absent. */
  readonly sources = new Map<Digest, Uint8Array>();
  /** Who has supplied what repositories hold, by repository: what is not here was pushed. */
  readonly suppliers = new Map<RepositoryName, string>();
  private readonly held: HeldBlob[] = [];

  put(digest: Digest, bytes: Uint8Array, repositories: readonly RepositoryName[] = [], store = 'default'): void {
    this.held.push({ key: { store, digest }, bytes, repositories, isQuarantined: false, revision: 1 });
  }

  async stat(repository: RepositoryName, digest: Digest): Promise<BlobInfo | undefined> {
    const blob = this.inService(repository, digest);
    return blob && { digest, size: blob.bytes.byteLength };
  }

  async read(repository: RepositoryName, digest: Digest): Promise<Readable | undefined> {
    const blob = this.inService(repository, digest);
    return blob && Readable.from([Buffer.from(blob.bytes)]);
  }

  async suppliedElsewhere({ repository, upstream, digest }: WantedFromUpstream): Promise<RepositoryName | undefined> {
    const [own] = this.held.filter(({ repositories }) => repositories.includes(repository));
    return this.held
      .filter(({ key, isQuarantined }) => key.digest === digest && key.store !== own?.key.store && !isQuarantined)
      .flatMap(({ repositories }) => repositories)
      .find((holder) => this.suppliers.get(holder) === upstream);
  }

  async scan(after: BlobKey | undefined, limit: number): Promise<readonly StoredBlob[]> {
    const sorted = this.held.toSorted((left, right) => (orderOf(left.key) < orderOf(right.key) ? -1 : 1));
    return sorted
      .filter(({ key }) => after === undefined || orderOf(key) > orderOf(after))
      .slice(0, limit)
      .map(({ key, bytes, isQuarantined, revision }) => ({
        ...key,
        revision: String(revision),
        size: bytes.byteLength,
        state: isQuarantined ? 'quarantined' : 'present',
      }));
  }

  async readStored(key: BlobKey): Promise<Readable | undefined> {
    const blob = this.find(key);
    return blob && Readable.from([Buffer.from(blob.bytes)]);
  }

  async quarantine(key: BlobKey): Promise<boolean> {
    const blob = this.find(key);
    const isOther = key.revision !== undefined && key.revision !== String(blob?.revision);
    if (!blob || blob.isQuarantined || isOther) return false;
    blob.isQuarantined = true;
    return true;
  }

  async repair(key: BlobKey): Promise<RepairOutcome> {
    const [blob, bytes] = [this.find(key), this.sources.get(key.digest)];
    if (blob?.isQuarantined === false) return 'repaired';
    if (!blob || !bytes) return 'absent';
    Object.assign(blob, { bytes, isQuarantined: false, revision: blob.revision + 1 });
    return 'repaired';
  }

  async affected(_key: BlobKey, limit: number): Promise<readonly AffectedManifest[]> {
    return this.affects.slice(0, limit);
  }

  private find(key: BlobKey): HeldBlob | undefined {
    return this.held.find((blob) => orderOf(blob.key) === orderOf(key));
  }

  private inService(repository: RepositoryName, digest: Digest): HeldBlob | undefined {
    return this.held.find(
      ({ key, repositories, isQuarantined }) =>
        key.digest === digest && repositories.includes(repository) && !isQuarantined,
    );
  }
}

function orderOf({ store, digest }: BlobKey): string {
  return `${store}\n${digest}`;
}
