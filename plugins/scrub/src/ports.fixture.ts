import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type AffectedManifest,
  type BlobKey,
  BlobStore,
  Clock,
  type Counter,
  type Digest,
  digestOf,
  type Gauge,
  type Histogram,
  type InstrumentSnapshot,
  type ManifestPage,
  ManifestStore,
  Meter,
  type MissingReference,
  type MissingReferencePage,
  PluginFiles,
  PluginLogger,
  type RepairOutcome,
  type RepositoryName,
  StorageError,
  type StoredBlob,
} from '@berth/sdk';

export const REPOSITORY = 'library/app' as RepositoryName;

export function sha256(bytes: Buffer): Digest {
  return digestOf('sha256', createHash('sha256').update(bytes).digest('hex'));
}

interface Copy extends StoredBlob {
  bytes: Buffer | 'gone' | 'unreadable';
}

export class FakeBlobStore extends BlobStore {
  readonly copies = new Map<string, Copy>();
  readonly reads: string[] = [];
  outcome: RepairOutcome = 'absent';
  largestPage = 0;
  onRead: (key: BlobKey) => void = () => {};

  /** Keeps `text` under its digest; `bytes`: what is there instead. */
  put(text: string, bytes: Copy['bytes'] = Buffer.from(text)): StoredBlob {
    const digest = sha256(Buffer.from(text));
    const blob = { store: 'default', digest, size: text.length, state: 'present', revision: 'first', bytes } as const;
    this.copies.set(digest, blob);
    return blob;
  }

  async stat(): Promise<undefined> {
    return undefined;
  }

  async read(): Promise<undefined> {
    return undefined;
  }

  async suppliedElsewhere(): Promise<undefined> {
    return undefined;
  }

  async scan(after: BlobKey | undefined, limit: number): Promise<readonly StoredBlob[]> {
    this.largestPage = Math.max(this.largestPage, limit);
    const digests = [...this.copies.keys()].sort().filter((digest) => digest > (after?.digest ?? ''));
    return digests.slice(0, limit).flatMap((digest) => this.copies.get(digest) ?? []);
  }

  async readStored({ digest, store }: BlobKey): Promise<Readable | undefined> {
    this.reads.push(digest);
    this.onRead({ digest, store });
    const bytes = this.copies.get(digest)?.bytes;
    if (bytes === 'unreadable') throw new StorageError('failed', 'reading', digest, 'EIO');
    return bytes === undefined || bytes === 'gone' ? undefined : Readable.from([bytes]);
  }

  async quarantine({ digest, revision }: BlobKey): Promise<boolean> {
    const copy = this.copies.get(digest);
    if (copy?.state !== 'present' || (revision !== undefined && copy.revision !== revision)) return false;
    this.copies.set(digest, { ...copy, state: 'quarantined' });
    return true;
  }

  async repair({ digest }: BlobKey): Promise<RepairOutcome> {
    const copy = this.copies.get(digest);
    if (this.outcome === 'repaired' && copy) this.copies.set(digest, { ...copy, state: 'present' });
    return this.outcome;
  }

  async affected(): Promise<readonly AffectedManifest[]> {
    return [{ repository: REPOSITORY, digest: sha256(Buffer.from('manifest')), tags: [] }];
  }
}

export class FakeManifestStore extends ManifestStore {
  pages: MissingReference[][] = [[]];

  async find(): Promise<undefined> {
    return undefined;
  }

  async read(): Promise<undefined> {
    return undefined;
  }

  async scan(): Promise<ManifestPage> {
    return { manifests: [], next: undefined };
  }

  async missingReferences(after: string | undefined): Promise<MissingReferencePage> {
    const page = Number(after ?? 0);
    return { missing: this.pages[page] ?? [], next: page + 1 < this.pages.length ? String(page + 1) : undefined };
  }
}

export class FakeFiles extends PluginFiles {
  readonly files = new Map<string, Uint8Array>();

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes);
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  folder(): Promise<string> {
    return Promise.reject(new Error('nobody needs a folder'));
  }
}

export class SilentLogger extends PluginLogger {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  debug(): void {}
  info(): void {}
  warn(message: string): void {
    this.warnings.push(message);
  }
  error(message: string): void {
    this.errors.push(message);
  }
}

export class CountingMeter extends Meter {
  readonly counts = new Map<string, number>();
  counter({ name }: { readonly name: string }): Counter {
    const add = (amount = 1): void => void this.counts.set(name, (this.counts.get(name) ?? 0) + amount);
    return { add: (_, amount) => add(amount), with: () => ({ add }) };
  }
  gauge({ name }: { readonly name: string }): Gauge {
    const series = { set: (value: number) => void this.counts.set(name, value), add: () => {} };
    return { ...series, with: () => series };
  }
  histogram(): Histogram {
    return { observe: () => {}, with: () => ({ observe: () => {} }) };
  }
  snapshot(): readonly InstrumentSnapshot[] {
    return [];
  }
}

export class SteppingClock extends Clock {
  time = 1_700_000_000_000;
  now(): number {
    return (this.time += 1);
  }
}
