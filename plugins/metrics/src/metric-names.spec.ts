import { anImage, createTestRegistry, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ParsedFamily } from '../test/exposition-parser.js';
import { fullScrape } from '../test/full-scrape.js';
import plugin from './index.js';

/**
 * Every label there may be, and nothing whose values clients choose: no tag, no digest, no path, no user. Neither `job` nor `instance`,
 * which Prometheus gives to all that it scrapes.
 */
const LABELS = new Set([
  ...['method', 'code', 'repo', 'hook', 'plugin', 'state', 'outcome', 'result', 'kind', 'error', 'type', 'name'],
  ...['le', 'quantile', 'version', 'node', 'binaryType', 'space', 'major', 'minor', 'patch'],
]);
const TIME = /(duration|latency|lag|delay|_time)/;
const UNITS = ['seconds', 'bytes', 'total', 'info', 'state', 'progress', 'resources', 'handles', 'requests', 'fds'];

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

/** The names of families that break a rule. */
function breaking(isFine: (family: ParsedFamily) => boolean): string[] {
  return families.filter((family) => !isFine(family)).map(({ name }) => name);
}

// https://prometheus.io/docs/practices/naming/
describe('the names of metrics', () => {
  it('are lower case, and begin with what they are of', () => {
    expect(breaking(({ name }) => /^(berth|zot|process|nodejs)(_[a-z0-9]+)+$/.test(name))).toEqual([]);
  });

  it('end with _total for counters, and for nothing else', () => {
    expect(breaking(({ name, type }) => name.endsWith('_total') === (type === 'counter'))).toEqual([]);
  });

  it('end with what they count in, in base units', () => {
    expect(breaking(({ name }) => UNITS.includes(name.split('_').at(-1) ?? ''))).toEqual([]);
    expect(breaking(({ name }) => !TIME.test(name) || /_seconds(_total)?$/.test(name))).toEqual([]);
    expect(breaking(({ name }) => !/(milli|micro|nano|minutes|hours|_ms|kilo|mega|_kb|_mb)/.test(name))).toEqual([]);
  });

  it('do not end like the samples of another family', () => {
    expect(breaking(({ name }) => !/_(bucket|sum|count|created)$/.test(name))).toEqual([]);
  });

  it('of what is always 1 end with _info, and are gauges', () => {
    const infos = families.filter(({ name }) => name.endsWith('_info'));

    expect(infos.length).toBeGreaterThan(0);
    for (const { type, samples } of infos) expect([type, samples.map(({ value }) => value)]).toEqual(['gauge', [1]]);
  });
});

describe('every metric', () => {
  it('says in a sentence what it is', () => {
    expect(breaking(({ help, name }) => help.length > 10 && help.endsWith('.') && !help.includes(name))).toEqual([]);
  });

  it('has no label whose values clients choose, other than the capped repository', () => {
    const labels = families.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels)));

    expect([...new Set(labels)].filter((label) => !LABELS.has(label))).toEqual([]);
  });
});
