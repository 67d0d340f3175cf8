import { describe, expect, it } from 'vitest';
import { MetricsConfig } from './metrics.config.js';
import { RepositoryFigures } from './repository-figures.js';
import { RepositoryLabels } from './repository-labels.js';

function figuresWith(changes: Partial<MetricsConfig> = {}): RepositoryFigures {
  const config = Object.assign(new MetricsConfig(), changes);
  return new RepositoryFigures(new RepositoryLabels(config), config);
}

function seriesOf(figures: RepositoryFigures, name: string): Record<string, number> {
  const family = figures.families().find((found) => found.name === name);
  const values = family?.values.filter(({ metricName = name }) => !metricName.endsWith('_sum')) ?? [];
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['repo']), value]));
}

describe('the numbers of repositories', () => {
  it('count pushes, pulls and the time of requests for each', () => {
    const figures = figuresWith();
    figures.pushed('a');
    figures.pulled('a');
    figures.pulled('a');
    figures.pulled('b');
    figures.requested('a', 200, 1);
    figures.requested('a', 404, 2.5);

    expect(seriesOf(figures, 'zot_repo_uploads_total')).toEqual({ a: 1, b: 0 });
    expect(seriesOf(figures, 'zot_repo_downloads_total')).toEqual({ a: 2, b: 1 });
    expect(figures.families()[0]?.values.slice(0, 2)).toEqual([
      { metricName: 'zot_http_repo_latency_seconds_sum', labels: { repo: 'a' }, value: 0.0035 },
      { metricName: 'zot_http_repo_latency_seconds_count', labels: { repo: 'a' }, value: 2 },
    ]);
  });

  it("call a request that is about no repository what zot calls it, and only under the requests' name", () => {
    const figures = figuresWith();
    figures.requested(undefined, 200, 1);

    expect(seriesOf(figures, 'zot_http_repo_latency_seconds')).toEqual({ 'N/A': 1 });
    expect(seriesOf(figures, 'zot_repo_uploads_total')).toEqual({});
  });

  it('have one series for all repositories beyond the limit', () => {
    const figures = figuresWith({ maxRepositories: 2 });
    for (let at = 0; at < 50; at++) figures.pulled(`r${String(at)}`);

    expect(seriesOf(figures, 'zot_repo_downloads_total')).toEqual({ r0: 1, r1: 1, _other: 48 });
  });

  it('have no series for a name that a client makes up', () => {
    const figures = figuresWith();
    figures.requested('there', 200, 1);
    for (let at = 0; at < 50; at++) figures.requested(`invented${String(at)}`, 404, 1);

    expect(seriesOf(figures, 'zot_http_repo_latency_seconds')).toEqual({ there: 1, _other: 50 });
  });

  it('forget a repository that is gone, and give its place to another', () => {
    const figures = figuresWith({ maxRepositories: 1 });
    figures.pulled('a');
    figures.deleted('a');
    figures.pulled('b');

    expect(seriesOf(figures, 'zot_repo_downloads_total')).toEqual({ b: 1 });
  });

  it('are none where labels of repositories are turned off', () => {
    const figures = figuresWith({ repositoryLabels: false });
    figures.pulled('a');
    figures.pushed('a');
    figures.requested('a', 200, 1);

    expect(figures.families()).toEqual([]);
  });
});
