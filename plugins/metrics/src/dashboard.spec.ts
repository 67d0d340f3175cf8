import { readFileSync } from 'node:fs';
import { anImage, createTestRegistry, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ParsedFamily } from '../test/exposition-parser.js';
import { fullScrape } from '../test/full-scrape.js';
import plugin from './index.js';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}

const file = new URL('../../../deploy/grafana/berth.json', import.meta.url);
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
];

/** What Prometheus adds to every series that it scrapes. */
const OF_THE_SCRAPE = ['job', 'instance'];

let families: ReadonlyMap<string, ParsedFamily>;
beforeAll(async () => {
  families = await fullScrape(
    (section) => createTestRegistry({ plugins: [{ plugin, section }] }),
    async ({ request }) => {
      await pushManifest(request, 'a/b', anImage({ seed: 1 }).build(), { tag: 'x' });
      await request('GET', '/v2/a/b/manifests/x');
    },
  );
});

/** The family a sample belongs to, or `undefined`. */
function familyOf(sample: string): ParsedFamily | undefined {
  return families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, ''));
}

/** Each metric of an expression, with the labels it is selected by. */
function selectionsIn(expression: string): { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expression.matchAll(/\b((?:berth|zot|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', selectors = '']) => ({
      name,
      labels: [...selectors.matchAll(/([a-z_]+)\s*[=!]~?"/g)].map(([, label]) => label ?? ''),
    }),
  );
}

describe('the dashboard', () => {
  it('finds every metric that it uses in what a server gives', () => {
    const used = expressions.flatMap(selectionsIn).map(({ name }) => name);

    expect(new Set(used).size).toBeGreaterThan(25);
    expect(used.filter((name) => familyOf(name) === undefined)).toEqual([]);
  });

  it('uses a metric in every query', () => {
    expect(expressions.filter((expression) => selectionsIn(expression).length === 0)).toEqual([]);
  });

  it('selects and sums by labels that the metric has', () => {
    const wrong: string[] = [];
    for (const expression of expressions) {
      const summed = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
      for (const { name, labels } of selectionsIn(expression)) {
        const { samples = [] } = familyOf(name) ?? {};
        const known = new Set([...OF_THE_SCRAPE, ...samples.flatMap((sample) => Object.keys(sample.labels))]);
        if (samples.length === 0) continue;
        wrong.push(...[...labels, ...summed].filter((label) => !known.has(label)).map((label) => `${name}: ${label}`));
      }
    }

    expect(wrong).toEqual([]);
  });

  it('has quantiles of histograms only', () => {
    const quantiles = expressions.filter((expression) => expression.includes('histogram_quantile'));
    const names = quantiles.flatMap(selectionsIn).map(({ name }) => name);

    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !name.endsWith('_bucket') || familyOf(name)?.type !== 'histogram')).toEqual([]);
  });

  it('has panels with ids of their own that do not lie over one another', () => {
    const { panels } = dashboard;
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${String(x + (at % w))}:${String(y + Math.floor(at / w))}`),
    );

    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});
