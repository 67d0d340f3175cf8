import { anImage, createTestRegistry, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ParsedFamily } from '../test/exposition-parser.js';
import { fullScrape } from '../test/full-scrape.js';
import { NAME_RULES } from '../test/name-rules.js';
import plugin from './index.js';

/**
 * Every label there may be, and nothing whose values clients choose: no tag, no digest, no path, no user. Neither `job` nor `instance`,
 * which Prometheus gives to all that it scrapes.
 */
const LABELS = new Set([
  ...['method', 'code', 'repo', 'hook', 'plugin', 'state', 'outcome', 'result', 'kind', 'error', 'type', 'name'],
  ...['upstream', 'le', 'quantile', 'version', 'node', 'binaryType', 'space', 'major', 'minor', 'patch'],
]);
let families: readonly ParsedFamily[];
beforeAll(async () => {
  families = [
    ...(
      await fullScrape(
        (section) => createTestRegistry({ plugins: [{ plugin, section }] }),
        async ({ request }) => {
          await pushManifest(request, 'a/b', anImage({ seed: 1 }).build(), { tag: 'x' });
          await request('GET', '/v2/a/b/manifests/x');
        },
      )
    ).values(),
  ];
});

describe('the names of metrics', () => {
  it.each(Object.entries(NAME_RULES))('%s', (_, isFine) => {
    expect(families.filter((family) => !isFine(family)).map(({ name }) => name)).toEqual([]);
  });

  it('of what is always 1 end with _info, and are gauges', () => {
    const infos = families.filter(({ name }) => name.endsWith('_info'));

    expect(infos.length).toBeGreaterThan(0);
    for (const { type, samples } of infos) expect([type, samples.map(({ value }) => value)]).toEqual(['gauge', [1]]);
  });
});

describe('the labels of metrics', () => {
  it('have no values that clients choose, other than the capped repository', () => {
    const labels = families.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels)));

    expect([...new Set(labels)].filter((label) => !LABELS.has(label))).toEqual([]);
  });
});
