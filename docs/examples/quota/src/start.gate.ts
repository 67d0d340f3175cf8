import { Injectable } from '@nestjs/common';
import type { HookEvents, HookHandler } from '@berth/sdk';
import { QuotaConfig } from './quota.config.js';
import { Reservations } from './reservations.js';

/** Before the first byte: a push that cannot fit is refused while it costs nothing. */
@Injectable()
export class StartGate implements HookHandler<'upload.beforeStart'> {
  constructor(
    private readonly config: QuotaConfig,
    private readonly reservations: Reservations,
  ) {}

  handle({ repository, upload, declaredLength }: HookEvents['upload.beforeStart']): Promise<void> {
    return this.reservations.reserve(repository, upload, declaredLength ?? this.config.undeclared);
  }
}
