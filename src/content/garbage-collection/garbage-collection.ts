import { Injectable } from '@nestjs/common';
import { type Histogram, Meter, Notifier } from '@berth/sdk';
import { AuditLog } from '../../logging/audit-log.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { UploadExpiry } from '../uploads/upload-expiry.js';
import { FileSweeper } from './file-sweeper.js';
import { GarbageCollector, type Removal } from './garbage-collector.js';

export interface CollectionReport {
  readonly manifests: number;
  readonly blobs: number;
  readonly uploads: number;
  readonly files: number;
  /** Bytes of blobs that were freed. */
  readonly bytes: number;
}

export interface CollectionRequest {
  /** Milliseconds since anybody last saw what may go. */
  readonly delay: number;
  /** Those that are collected; absent: all. */
  readonly stores?: readonly string[];
  readonly signal: AbortSignal;
  readonly gentle: boolean;
  /** Told of each thing that goes. */
  readonly onRemoved?: (line: string) => void;
}

const COLLECTION_SECONDS = [0.1, 1, 10, 60, 600, 3600];

/** One whole collection: manifests, blobs, stale uploads, stray files; counted, metered and audited. */
@Injectable()
export class GarbageCollection {
  readonly #runs;
  readonly #duration: Histogram;
  readonly #deleted;
  readonly #freed;

  constructor(
    private readonly collector: GarbageCollector,
    private readonly expiry: UploadExpiry,
    private readonly sweeper: FileSweeper,
    private readonly notifier: Notifier,
    private readonly audit: AuditLog,
    private readonly stores: BlobStores,
    meter: Meter,
  ) {
    const runs = meter.counter({ name: 'berth_gc_runs_total', help: 'Garbage collections, by how they ended.' });
    this.#runs = { succeeded: runs.with({ outcome: 'succeeded' }), failed: runs.with({ outcome: 'failed' }) };
    this.#duration = meter.histogram({
      name: 'berth_gc_duration_seconds',
      help: 'Time of a whole garbage collection.',
      buckets: COLLECTION_SECONDS,
    });
    this.#deleted = meter.counter({
      name: 'berth_gc_deleted_total',
      help: 'What garbage collection removed, by kind.',
    });
    this.#freed = meter
      .counter({ name: 'berth_gc_freed_bytes_total', help: 'Bytes of blobs that garbage collection freed.' })
      .with({});
  }

  /** Resolves with what went; rejects, counted as failed, where the signal aborts it or something cannot be removed. */
  async run(request: CollectionRequest): Promise<CollectionReport> {
    const started = performance.now();
    let outcome: 'succeeded' | 'failed' = 'failed';
    try {
      const report = await this.#collect(request);
      outcome = 'succeeded';
      return report;
    } finally {
      this.#runs[outcome].add();
      this.#duration.observe((performance.now() - started) / 1000);
    }
  }

  async #collect({
    delay,
    stores = this.stores.names,
    signal,
    gentle,
    onRemoved,
  }: CollectionRequest): Promise<CollectionReport> {
    const report = { manifests: 0, blobs: 0, uploads: 0, files: 0, bytes: 0 };
    await this.expiry.expire({
      delay,
      stores,
      signal,
      onExpired: (upload) => {
        report.uploads += 1;
        this.#deleted.add({ kind: 'upload' });
        onRemoved?.(`upload ${upload}`);
      },
    });
    await this.collector.collect({
      delay,
      stores,
      signal,
      gentle,
      onRemoved: (removal) => {
        if (removal.kind === 'manifest') report.manifests += 1;
        if (removal.kind === 'blob') report.blobs += 1;
        report.bytes += removal.size;
        this.#freed.add(removal.size);
        this.#deleted.add({ kind: removal.kind });
        this.#tell(removal);
        onRemoved?.(describe(removal));
      },
    });
    await this.sweeper.sweep({
      delay,
      stores,
      signal,
      onRemoved: (file) => {
        report.files += 1;
        this.#deleted.add({ kind: 'file' });
        onRemoved?.(`file ${file}`);
      },
    });
    this.notifier.notify('garbageCollection.completed', report);
    return report;
  }

  #tell({ kind, repository, digest }: Removal): void {
    if (repository === undefined) return;
    this.audit.recordRemoval({ kind, repository, digest });
    if (kind === 'repository') this.notifier.notify('repository.deleted', { repository });
    if (digest === undefined) return;
    if (kind === 'manifest') this.notifier.notify('manifest.deleted', { repository, digest, reason: 'garbage' });
    if (kind === 'membership') this.notifier.notify('blob.deleted', { repository, digest, reason: 'garbage' });
  }
}

function describe({ kind, repository, digest, size }: Removal): string {
  if (kind === 'membership') return `blob ${String(digest)} from ${String(repository)}`;
  if (kind === 'blob') return `bytes ${String(digest)} (${String(size)} bytes)`;
  return [kind, repository, digest].filter(Boolean).join(' ');
}
