import { Injectable } from '@nestjs/common';
import type { HookEvents, HookHandler } from '@berth/sdk';
import { mountKey } from './release.listener.js';
import { Reservations } from './reservations.js';

/** After the last byte: what came counts, whatever was declared. A mount has no upload, and is counted here alone. */
@Injectable()
export class CommitGate implements HookHandler<'blob.beforeCommit'> {
  constructor(private readonly reservations: Reservations) {}

  handle({ repository, digest, size, upload }: HookEvents['blob.beforeCommit']): Promise<void> {
    return this.reservations.reserve(repository, upload ?? mountKey({ repository, digest }), size);
  }
}
