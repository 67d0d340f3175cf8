import { Injectable } from '@nestjs/common';
import { formatDuration } from '@berth/sdk';
import { unanchoredIn } from '../config/config-warnings.js';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { BoundedRequests } from './bounded-requests.js';
import { MirrorFailure } from './mirror-failure.js';
import type { Plan, PlannedRepository, Told } from './plan.js';
import { type ChosenRepository, RepositoryListing } from './repository-listing.js';
import { RepositoryPlan } from './repository-plan.js';
import { RunPorts } from './run-ports.js';
import type { RunObserver, RunScope } from './run-scope.js';
import { RunTally } from './run-tally.js';

/** Finds out what runs would do. */
@Injectable()
export class Planning {
  constructor(private readonly ports: RunPorts) {}

  /** Rejects with the reason of `signal` once that aborts. What cannot be looked at is one of the problems. */
  async plan(registry: UpstreamRegistry, signal: AbortSignal): Promise<Plan> {
    const passedOver: Told[] = [];
    const scope = scopeOf(registry, signal, (what, reason) => passedOver.push({ what, reason }));
    const listing = new RepositoryListing(scope, this.ports);
    const repositories: PlannedRepository[] = [];
    const problems: Told[] = [];
    const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (cause) {
        signal.throwIfAborted();
        if (!(cause instanceof UpstreamTrouble) && !(cause instanceof MirrorFailure)) throw cause;
        problems.push({ what, reason: cause.message });
      }
    };
    const planAll = async (chosen: readonly ChosenRepository[]): Promise<void> => {
      for (const one of chosen)
        await attempt(one.remote, async () => repositories.push(await this.#planOne(scope, one)));
    };
    await planAll(await listing.named());
    await attempt('the catalog', async () => planAll(await listing.inCatalog()));
    const { pollInterval } = registry.config;
    return {
      upstream: registry.name,
      pollInterval: pollInterval === undefined ? '' : formatDuration(pollInterval),
      warnings: unanchoredIn(registry.config),
      repositories,
      passedOver,
      problems,
    };
  }

  #planOne(scope: RunScope, chosen: ChosenRepository): Promise<PlannedRepository> {
    const { remote, local } = chosen;
    return new RepositoryPlan({ ...scope, run: scope, remote, local }, chosen, this.ports).make();
  }
}

function scopeOf(
  registry: UpstreamRegistry,
  signal: AbortSignal,
  passedOver: (remote: string, reason: string) => void,
): RunScope {
  const nothing = (): void => undefined;
  const observer: RunObserver = { problem: nothing, passedOver, chosen: nothing, tag: nothing, progress: nothing };
  const requests = new BoundedRequests(registry.config.reqConcurrent);
  return { registry, requests, tally: new RunTally(), observer, signal, hasReferrersApi: true };
}
