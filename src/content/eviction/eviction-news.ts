import { Injectable } from '@nestjs/common';
import { type EvictedContent, Notifier } from '@berth/sdk';
import { AuditLog } from '../../logging/audit-log.js';
import { RegistryLogger } from '../../logging/registry-logger.js';
import type { Evicted } from '../../metadata/upstream-evictions.js';
import { CacheObservers } from './cache-observers.js';

/** Tells what was evicted: those who listen, the audit, the log, and who counts it. */
@Injectable()
export class EvictionNews {
  constructor(
    private readonly observers: CacheObservers,
    private readonly notifier: Notifier,
    private readonly audit: AuditLog,
    private readonly logger: RegistryLogger,
  ) {}

  tell(gone: readonly Evicted[], reason: EvictedContent['reason']): void {
    for (const one of gone) this.#tellOf(one);
    for (const [upstream, ofUpstream] of Map.groupBy(gone, (one) => one.upstream)) {
      const manifests = ofUpstream.filter(({ manifest }) => manifest !== undefined).length;
      const blobs = ofUpstream.reduce((sum, one) => sum + one.blobs.length, 0);
      const bytes = ofUpstream.flatMap(({ freed }) => freed).reduce((sum, { size }) => sum + size, 0);
      const evicted = { upstream, reason, manifests, blobs, bytes };
      this.observers.evicted(evicted);
      this.logger.info(evicted, 'what was pulled least recently has made room');
    }
  }

  #tellOf({ repository, manifest, tags, blobs }: Evicted): void {
    const why = 'eviction';
    if (manifest !== undefined) {
      for (const tag of tags) this.notifier.notify('tag.deleted', { repository, tag, digest: manifest });
      this.audit.recordRemoval({ kind: 'manifest', repository, digest: manifest }, why);
      this.notifier.notify('manifest.deleted', { repository, digest: manifest, reason: 'evicted' });
    }
    for (const digest of blobs) {
      this.audit.recordRemoval({ kind: 'membership', repository, digest }, why);
      this.notifier.notify('blob.deleted', { repository, digest, reason: 'evicted' });
    }
  }
}
