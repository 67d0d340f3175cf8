import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { isSection, type Section, validateSection } from '@berth/sdk';
import { anEvent, FakeClock, FakeMeter, FakeMirrorActivity, FakeNotifier } from '@berth/sdk/testing';
import { getMetadataStorage } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { warningsOf } from './config/config-warnings.js';
import { ContentConfig, TagsConfig } from './config/content.config.js';
import { Oauth2Config } from './config/oauth2.config.js';
import { SyncConfig } from './config/sync.config.js';
import { UpstreamRegistryConfig } from './config/upstream-registry.config.js';
import { ContentMapping } from './mapping/content-mapping.js';
import { UpstreamRegistry } from './mirror/upstream-registry.js';
import { NOTHING } from './periodic/run-counts.js';
import { type PeriodicReport, periodicReportOf } from './status/periodic-report.js';
import { reportOf, type UpstreamReport } from './status/upstream-report.js';
import { SyncMetrics } from './sync-metrics.js';

const PAGE = readFileSync(new URL('../../../docs/mirror.md', import.meta.url), 'utf8');
const blocks = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
const samples = blocks.filter((text) => text.includes('"extensions"')).map(sectionOf);
const shown = JSON.parse(blocks.find((text) => text.includes('"upstreams"')) ?? '{}') as ShownStatus;

interface ShownStatus {
  readonly upstreams: readonly UpstreamReport[];
}

function sectionOf(text: string): Section {
  const { extensions } = JSON.parse(text) as { readonly extensions?: Section };
  const section = extensions?.['sync'];
  if (!isSection(section)) throw new Error(`no section sync in ${text}`);
  // The host takes this one for itself.
  const { enable: _enable, ...rest } = section;
  return rest;
}

function keysOf(type: new () => object): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** As the server tells of an upstream that has said all it can. */
async function reported(): Promise<UpstreamReport & { readonly periodic: PeriodicReport | null }> {
  const { config } = validateSection(SyncConfig, {
    registries: [
      {
        urls: ['https://docker.io'],
        onDemand: true,
        namespaces: ['docker.io'],
        pollInterval: '6h',
        content: [{ prefix: 'library/nginx' }],
      },
    ],
  });
  const metrics = new SyncMetrics(new FakeMeter(), new FakeNotifier());
  const logins = { loginFor: () => Promise.resolve(undefined) };
  const ports = { logins, clock: new FakeClock(), observer: metrics };
  const registry = new UpstreamRegistry(config.registries[0] ?? expect.fail(), ports);
  const { record } = registry.client.hosts[0] ?? expect.fail();
  record.came({ status: 429, isReachable: true });
  record.limited({ limit: 100 });
  const { repository, digest } = anEvent('blob.pulled');
  const fill = { repository, digest, upstream: registry.name, size: 2, received: 1, since: 0, readers: 1 };
  const mirrored = new FakeMirrorActivity().countsOf(registry.name);
  const last = { startedAt: 0, endedAt: 1, outcome: 'succeeded', counts: NOTHING } as const;
  const runs = { last: () => Promise.resolve(last), nextAt: () => Promise.resolve(2), isRunning: () => false };
  const report = reportOf(registry, {
    totals: metrics.totals,
    retriesWaiting: 0,
    mirrored,
    heldBytes: 0,
    fills: [fill],
  });
  return { ...report, periodic: await periodicReportOf(registry, runs) };
}

/** Every key of a document, below the keys it is in. */
function pathsIn(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = Array.isArray(value) ? `${path}[]` : `${path}.${key}`;
    return [at, ...pathsIn(inner, at)];
  });
}

describe('docs/mirror.md', () => {
  it('has samples that are valid and of full effect', () => {
    const read = samples.map((sample) => validateSection(SyncConfig, sample, { refuseUnknown: true }));
    expect(read.map(({ violations, config }) => [violations, warningsOf(config)])).toEqual(samples.map(() => [[], []]));
    expect(samples).not.toEqual([]);
  });

  const types = [SyncConfig, UpstreamRegistryConfig, ContentConfig, TagsConfig, Oauth2Config];

  it.each(types.flatMap(keysOf))('has the key %s', (key) => {
    expect(PAGE).toContain(`\`${key}\``);
  });

  it('maps names as the plugin does', () => {
    const rows = [...PAGE.matchAll(/^\| `(\S+)` \| `(\S+)` \| `(true|false)` \| `(\S+)` \| `(\S+)` \|$/gm)];
    expect(rows).toHaveLength(3);
    for (const [, prefix = '', destination = '', strip, upstream = '', here] of rows) {
      expect(new ContentMapping({ prefix, destination, stripPrefix: strip === 'true' }).localOf(upstream)).toBe(here);
    }
  });

  it('shows an upstream as the server tells of it', async () => {
    const [example] = shown.upstreams;
    const report = await reported();
    expect(pathsIn(example)).toEqual(pathsIn(report));
    const { name, urls, namespaces, hosts } = report;
    expect(example).toMatchObject({ name, urls, namespaces, hosts: [{ name, url: hosts[0]?.url }] });
  });

  it('explains no key that is not told', () => {
    const told = new Set(pathsIn(shown).map((path) => path.replace(/^.*\./, '')));
    const [, table = ''] = /## How the upstreams are\n(.*?)\n## /s.exec(PAGE) ?? [];
    const explained = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key = '']) => key);
    expect(explained).toHaveLength(20);
    expect(explained.filter((key) => !told.has(key))).toEqual([]);
  });

  it('has every number that the plugin counts', () => {
    const sources = [
      './sync-metrics.ts',
      './status/cache-metrics.ts',
      './upstream/credential-files.ts',
      './periodic/run-metrics.ts',
    ];
    const names = sources.flatMap((path) => {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      const counted = /'([a-z_]+_total|breaker_open|held_bytes|[a-z_]+_seconds|rate_limit(?:_remaining)?)'/g;
      return [...text.matchAll(counted)].map(([, name = '']) => name);
    });
    expect(names).toHaveLength(16);
    for (const name of names) expect(PAGE).toContain(`\`berth_sync_${name}\``);
  });
});
