import { readFileSync } from 'node:fs';
import { anImage, createTestRegistry, FakeUpstream } from '@berth/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import metrics from '../../plugins/metrics/src/index.js';
import type { ParsedFamily } from '../../plugins/metrics/test/exposition-parser.js';
import { scrape } from '../../plugins/metrics/test/scrape.js';
import sync from '../../plugins/sync/src/index.js';
import { WINDOW } from './use-sync.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const file = new URL('../../deploy/grafana/mirror.json', import.meta.url);
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Panel[] };
const shown = panels.filter(({ type }) => type !== 'row');

/** Each metric of an expression, with what selects its samples beside the scrape's own labels. */
function selectionsIn(expression: string): { readonly name: string; readonly labels: Record<string, string> }[] {
  return [...expression.matchAll(/\b(berth_[a-z0-9_]+)\{([^}]*)\}/g)].map(([, name = '', selectors = '']) => ({
    name,
    labels: Object.fromEntries(
      [...selectors.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
    ),
  }));
}

let families: ReadonlyMap<string, ParsedFamily>;
/** A mirror that has had hits, misses, a stale answer, and an upstream with a limit. */
beforeAll(async () => {
  const upstream = await FakeUpstream.start();
  const image = anImage({ seed: 1 }).build();
  upstream.has('team/app', image, 'v1');
  upstream.behaviour = { headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '99;w=21600' } };
  const section = { registries: [{ urls: [upstream.url], onDemand: true }] };
  const registry = await createTestRegistry({ plugins: [{ plugin: sync, section }, { plugin: metrics }] });
  const blob = `/v2/team/app/blobs/${String(image.blobs[0]?.digest)}`;
  for (const path of ['/v2/team/app/manifests/v1', blob]) {
    for (let pulls = 0; pulls < 2; pulls++) expect((await registry.request('GET', path)).status).toBe(200);
  }
  registry.clock.advance(WINDOW);
  upstream.behaviour = { status: 500 };
  await registry.request('GET', '/v2/team/app/manifests/v1');
  families = await vi.waitFor(async () => {
    const found = await scrape(registry);
    expect(found.get('berth_sync_hits_total')?.samples).toHaveLength(1);
    return found;
  });
  await registry.close();
  await upstream.close();
});

function samplesOf({ name, labels }: { readonly name: string; readonly labels: Record<string, string> }) {
  const { samples = [] } = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, '')) ?? {};
  return samples.filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
}

describe('the dashboard of a mirror', () => {
  it.each(shown.map(({ title, targets = [] }) => [title, targets.map(({ expr }) => expr)] as const))(
    'has no query without an answer in the panel "%s"',
    (_, queries) => {
      expect(queries.length).toBeGreaterThan(0);
      for (const query of queries) {
        const selections = selectionsIn(query);
        expect(selections.length).toBeGreaterThan(0);
        for (const selection of selections)
          expect([selection, samplesOf(selection).length]).not.toEqual([selection, 0]);
      }
    },
  );

  it('sums by labels that the metrics have', () => {
    const wrong = shown.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => {
        const summed = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
        return selectionsIn(expr).flatMap((selection) => {
          const known = new Set(samplesOf(selection).flatMap((sample) => Object.keys(sample.labels)));
          return summed.filter((label) => !known.has(label)).map((label) => `${selection.name}: ${label}`);
        });
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('shows every number of the mirror', () => {
    const used = new Set(
      shown
        .flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => selectionsIn(expr)))
        .map(({ name }) => name.replace(/_bucket$/, '')),
    );
    const unused = [...families.keys()].filter((name) => /^berth_(mirror|sync)_/.test(name) && !used.has(name));
    // Bytes of blobs are among those of bodies; the next is about files here; the others are of mirrors with a limit or with periodic runs.
    expect(unused.sort()).toEqual([
      'berth_mirror_upstream_bytes_total',
      'berth_sync_credential_read_failures_total',
      'berth_sync_evicted_bytes_total',
      'berth_sync_evicted_manifests_total',
      'berth_sync_last_run_timestamp_seconds',
      'berth_sync_run_bytes_total',
      'berth_sync_run_tags_total',
      'berth_sync_runs_total',
    ]);
  });

  it('has panels with ids of their own that do not lie over one another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${String(x + (at % w))}:${String(y + Math.floor(at / w))}`),
    );
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});
