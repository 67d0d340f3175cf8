import { readFileSync } from 'node:fs';
import { anImage, createTestRegistry, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ParsedFamily } from '../test/exposition-parser.js';
import { fullScrape } from '../test/full-scrape.js';
import plugin from './index.js';

const TEXT = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');

/** Metrics of what a server in a test's own process has not got: a configuration file, the files of TLS, LDAP, users. */
const OF_MORE_THAN_A_TEST = new Set([
  'berth_auth_ldap_breaker_open',
  'berth_auth_ldap_logins_total',
  'berth_auth_logins_total',
  'berth_config_reloads_total',
  'berth_config_invalid',
  'berth_tls_certificate_invalid',
  'berth_tls_certificate_expires_seconds',
]);
/** What a histogram's samples have beside the labels of the family. */
const OF_BUCKETS = new Set(['le']);

function sectionBelow(heading: string): string {
  const [, rest = ''] = TEXT.split(`\n## ${heading}\n`);
  return rest.split('\n## ')[0] ?? '';
}

/** The rows of the table below `heading`, each as its cells. */
function tableBelow(heading: string): string[][] {
  const lines = sectionBelow(heading).split('\n');
  const rows = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.trim()));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
}

let families: ReadonlyMap<string, ParsedFamily>;
let names: readonly string[];
beforeAll(async () => {
  families = await fullScrape(
    (section) => createTestRegistry({ plugins: [{ plugin, section }] }),
    async ({ request }) => {
      await pushManifest(request, 'a/b', anImage({ seed: 1 }).build(), { tag: 'x' });
      await request('GET', '/v2/a/b/manifests/x');
    },
  );
  names = [...families.keys()];
});

describe("the table of zot's names in docs/metrics.md", () => {
  const rows = tableBelow("Zot's names").map(([name = '', given]) => ({ name: namesIn(name)[0] ?? '', given }));

  it('says of each whether it is given', () => {
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter(({ given }) => given !== 'yes' && given !== 'no')).toEqual([]);
  });

  it('has as given exactly those that a scrape has', () => {
    const given = rows.filter((row) => row.given === 'yes').map(({ name }) => name);

    expect(given.toSorted()).toEqual(names.filter((name) => name.startsWith('zot_')).toSorted());
  });
});

describe("the table of Berth's names in docs/metrics.md", () => {
  const rows = tableBelow("Berth's names").map(([name = '', type, labels = '']) => ({
    name: namesIn(name)[0] ?? '',
    type,
    labels: namesIn(labels),
  }));

  it('has every metric that a scrape has, and no other', () => {
    const documented = rows.map(({ name }) => name).filter((name) => !OF_MORE_THAN_A_TEST.has(name));

    expect(documented.toSorted()).toEqual(names.filter((name) => name.startsWith('berth_')).toSorted());
  });

  it('has the type of each', () => {
    const known = rows.filter(({ name }) => families.has(name));

    expect(known.map(({ name, type }) => [name, type])).toEqual(
      known.map(({ name }) => [name, families.get(name)?.type]),
    );
  });

  it('has the labels of each', () => {
    for (const { name, labels } of rows) {
      for (const sample of families.get(name)?.samples ?? []) {
        const found = Object.keys(sample.labels).filter((label) => !OF_BUCKETS.has(label));
        expect([name, found.toSorted()]).toEqual([name, labels.toSorted()]);
      }
    }
  });
});

describe('the metrics of the process', () => {
  it('are all named in docs/metrics.md', () => {
    const written = namesIn(sectionBelow('Of the process'));
    const isWritten = (name: string): boolean =>
      written.some((one) => one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1)))) ||
      /^nodejs_eventloop_lag_/.test(name);

    expect(names.filter((name) => /^(process|nodejs)_/.test(name) && !isWritten(name))).toEqual([]);
  });
});
