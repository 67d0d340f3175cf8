import { Injectable } from '@nestjs/common';
import type { MetricFamily, Sample } from './metric-family.js';
import { MetricsConfig } from './metrics.config.js';
import { RepositoryLabels } from './repository-labels.js';

interface Figures {
  requests: number;
  /** Milliseconds. */
  time: number;
  uploads: number;
  downloads: number;
}

/** What zot calls the repository of a request that is about none. */
const NO_REPOSITORY = 'N/A';

/** Requests, pushes and pulls of each repository, under zot's names. */
@Injectable()
export class RepositoryFigures {
  readonly #figures = new Map<string, Figures>();

  constructor(
    private readonly labels: RepositoryLabels,
    private readonly config: MetricsConfig,
  ) {}

  /** `duration`: milliseconds. Only an answer that is no refusal shows that the repository is there. */
  requested(repository: string | undefined, status: number, duration: number): void {
    if (!this.config.repositoryLabels) return;
    const figures = this.#at(this.#labelOf(repository, status));
    figures.requests += 1;
    figures.time += duration;
  }

  pushed(repository: string): void {
    if (this.config.repositoryLabels) this.#at(this.labels.of(repository)).uploads += 1;
  }

  pulled(repository: string): void {
    if (this.config.repositoryLabels) this.#at(this.labels.of(repository)).downloads += 1;
  }

  /** It is gone: so are its series, and another one may have its place. */
  deleted(repository: string): void {
    this.#figures.delete(repository);
    this.labels.forget(repository);
  }

  /** None where labels of repositories are turned off. */
  families(): MetricFamily[] {
    if (!this.config.repositoryLabels) return [];
    return [
      {
        name: 'zot_http_repo_latency_seconds',
        help: 'Time of a request by repository.',
        type: 'summary',
        aggregator: 'sum',
        values: [...this.#figures].flatMap(([repo, { requests, time }]) => [
          { metricName: 'zot_http_repo_latency_seconds_sum', labels: { repo }, value: time / 1000 },
          { metricName: 'zot_http_repo_latency_seconds_count', labels: { repo }, value: requests },
        ]),
      },
      this.#counter('zot_repo_uploads_total', 'Manifests pushed, by repository.', ({ uploads }) => uploads),
      this.#counter('zot_repo_downloads_total', 'Manifests pulled, by repository.', ({ downloads }) => downloads),
    ];
  }

  #labelOf(repository: string | undefined, status: number): string {
    if (repository === undefined) return NO_REPOSITORY;
    return status < 400 ? this.labels.of(repository) : this.labels.ofRequested(repository);
  }

  #at(label: string): Figures {
    let figures = this.#figures.get(label);
    if (!figures) this.#figures.set(label, (figures = { requests: 0, time: 0, uploads: 0, downloads: 0 }));
    return figures;
  }

  #counter(name: string, help: string, valueOf: (figures: Figures) => number): MetricFamily {
    const values: Sample[] = [...this.#figures]
      .filter(([repo]) => repo !== NO_REPOSITORY)
      .map(([repo, figures]) => ({ labels: { repo }, value: valueOf(figures) }));
    return { name, help, type: 'counter', aggregator: 'sum', values };
  }
}
