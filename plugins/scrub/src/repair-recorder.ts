import { Injectable } from '@nestjs/common';
import { Clock, type HookEvents, type HookHandler } from '@berth/sdk';
import { DamageRecord } from './damage-record.js';
import { ScrubMetrics } from './scrub-metrics.js';

/** Writes down that a damaged blob is whole again: somebody has pushed it, or a source gave it. */
@Injectable()
export class RepairRecorder implements HookHandler<'blob.repaired'> {
  constructor(
    private readonly record: DamageRecord,
    private readonly metrics: ScrubMetrics,
    private readonly clock: Clock,
  ) {}

  async handle(event: HookEvents['blob.repaired']): Promise<void> {
    this.metrics.repaired();
    await this.record.repaired(event, this.clock.now());
  }
}
