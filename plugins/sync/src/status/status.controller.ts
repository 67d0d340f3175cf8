import { Controller, Get, Res } from '@nestjs/common';
import { Clock, type FillInFlight, MirrorActivity, type PluginReply, Requires, UpstreamCaches } from '@berth/sdk';
import { BackgroundRetries } from '../mirror/background-retries.js';
import { Registries } from '../mirror/registries.js';
import { PeriodicRuns } from '../periodic/periodic-runs.js';
import { SyncMetrics } from '../sync-metrics.js';
import { periodicReportOf } from './periodic-report.js';
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
    private readonly activity: MirrorActivity,
    private readonly caches: UpstreamCaches,
    private readonly runs: PeriodicRuns,
    clock: Clock,
  ) {
    this.#countedSince = clock.now();
  }

  @Get()
  async get(@Res() reply: PluginReply): Promise<void> {
    const fills = await this.#fillsByUpstream();
    const held = await this.caches.usage();
    const upstreams = this.registries.all.map(async (registry) => {
      const { name } = registry;
      const report = reportOf(registry, {
        totals: this.metrics.totals,
        retriesWaiting: this.retries.waitingFor(name),
        heldBytes: held.get(name) ?? 0,
        mirrored: this.activity.countsOf(name),
        fills: fills.get(name) ?? [],
      });
      return { ...report, periodic: await periodicReportOf(registry, this.runs) };
    });
    reply.code(200).send({
      countedSince: new Date(this.#countedSince).toISOString(),
      upstreams: await Promise.all(upstreams),
    });
  }

  /** One that nobody has answered yet is shown where it is asked first. */
  async #fillsByUpstream(): Promise<ReadonlyMap<string | undefined, readonly FillInFlight[]>> {
    const fills = await Promise.all(
      this.activity.fills().map(async (fill) => {
        const upstream = fill.upstream ?? (await this.registries.answering(fill.repository))[0]?.registry.name;
        return { ...fill, upstream };
      }),
    );
    return Map.groupBy(fills, ({ upstream }) => upstream);
  }
}
