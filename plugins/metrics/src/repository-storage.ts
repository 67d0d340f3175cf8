import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock, PluginLogger, RepositoryCatalog, type RepositoryName } from '@berth/sdk';
import type { MetricFamily } from './metric-family.js';
import { MetricsConfig } from './metrics.config.js';
import { RepositoryLabels } from './repository-labels.js';

/** How old the sizes are at least before they are measured again, in milliseconds. */
const SHORTEST_AGE = 60_000;
/** Measuring takes one part in so many of the time at most. */
const LARGEST_SHARE = 50;
const PAGE = 100;

/**
 * Bytes of each repository that has a series. Measured when a scrape finds them old, one repository at a time, and given as they were
 * until that is done; only the first scrape waits.
 */
@Injectable()
export class RepositoryStorage {
  #sizes: ReadonlyMap<string, number> = new Map();
  #freshUntil = 0;
  #measuring: Promise<void> | undefined;
  #isMeasured = false;

  constructor(
    private readonly catalog: RepositoryCatalog,
    private readonly labels: RepositoryLabels,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
    private readonly config: MetricsConfig,
  ) {}

  /** None where labels of repositories are turned off. */
  async families(): Promise<MetricFamily[]> {
    if (!this.config.repositoryLabels) return [];
    if (this.clock.now() >= this.#freshUntil) this.#measuring ??= this.#measure();
    if (!this.#isMeasured) await this.#measuring;
    return [
      {
        name: 'zot_repo_storage_bytes',
        help: 'Bytes of the blobs a repository holds; a blob that several hold counts for each.',
        type: 'gauge',
        // Every process measures the same data.
        aggregator: 'max',
        values: [...this.#sizes]
          .filter(([repo]) => this.labels.has(repo))
          .map(([repo, value]) => ({ labels: { repo }, value })),
      },
    ];
  }

  async #measure(): Promise<void> {
    const started = performance.now();
    try {
      this.#sizes = await this.#measured();
      this.#isMeasured = true;
    } catch (cause) {
      this.logger.warn('the sizes of repositories could not be measured', { err: cause });
    }
    this.#freshUntil = this.clock.now() + Math.max(SHORTEST_AGE, LARGEST_SHARE * (performance.now() - started));
    this.#measuring = undefined;
  }

  async #measured(): Promise<Map<string, number>> {
    const below = new Map<string, number>();
    for (const name of await this.#names()) {
      below.set(name, await this.catalog.bytesBelow(name));
      await nextTurn();
    }
    return withoutNested(below);
  }

  /** Those that have a series, and as many more as can get one. */
  async #names(): Promise<RepositoryName[]> {
    const names: RepositoryName[] = [];
    for (let after: RepositoryName | undefined; ;) {
      const page = await this.catalog.list(after, PAGE);
      for (const { name } of page) if (this.labels.of(name) === name) names.push(name);
      if (page.length < PAGE || names.length >= this.config.maxRepositories) return names;
      after = page.at(-1)?.name;
      await nextTurn();
    }
  }
}

/** `a` without what is in `a/b`: the catalog adds up whatever is below a name. */
function withoutNested(below: ReadonlyMap<string, number>): Map<string, number> {
  const own = new Map(below);
  for (const [name, bytes] of below) {
    const parent = nearestIn(below, name);
    if (parent !== undefined) own.set(parent, Math.max(0, (own.get(parent) ?? 0) - bytes));
  }
  return own;
}

function nearestIn(names: ReadonlyMap<string, number>, name: string): string | undefined {
  for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
    if (names.has(name.slice(0, at))) return name.slice(0, at);
  }
  return undefined;
}
