import { Controller, Get, Res } from '@nestjs/common';
import { Clock, type PluginReply, Requires } from '@berth/sdk';
import { BackgroundRetries } from '../mirror/background-retries.js';
import { Registries } from '../mirror/registries.js';
import { SyncMetrics } from '../sync-metrics.js';
import { reportOf } from './upstream-report.js';

/** `GET /v2/_berth/ext/sync`: how each upstream is. Asks none of them. */
@Controller()
@Requires('read')
export class StatusController {
  readonly #countedSince: number;

  constructor(
    private readonly registries: Registries,
    private readonly retries: BackgroundRetries,
    private readonly metrics: SyncMetrics,
    clock: Clock,
  ) {
    this.#countedSince = clock.now();
  }

  @Get()
  get(@Res() reply: PluginReply): void {
    const { totals } = this.metrics;
    reply.code(200).send({
      countedSince: new Date(this.#countedSince).toISOString(),
      upstreams: this.registries.all.map((registry) =>
        reportOf(registry, { totals, retriesWaiting: this.retries.waitingFor(registry.name) }),
      ),
    });
  }
}
