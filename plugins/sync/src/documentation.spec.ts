import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { isSection, type Section, validateSection } from '@berth/sdk';
import { getMetadataStorage } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { warningsOf } from './config/config-warnings.js';
import { ContentConfig, TagsConfig } from './config/content.config.js';
import { SyncConfig } from './config/sync.config.js';
import { UpstreamRegistryConfig } from './config/upstream-registry.config.js';
import { ContentMapping } from './mapping/content-mapping.js';

const PAGE = readFileSync(new URL('../../../docs/mirror.md', import.meta.url), 'utf8');
const samples = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => sectionOf(text));

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

describe('docs/mirror.md', () => {
  it('has samples that are valid and of full effect', () => {
    const read = samples.map((sample) => validateSection(SyncConfig, sample, { refuseUnknown: true }));
    expect(read.map(({ violations, config }) => [violations, warningsOf(config)])).toEqual([
      [[], []],
      [[], []],
    ]);
  });

  it.each([SyncConfig, UpstreamRegistryConfig, ContentConfig, TagsConfig].flatMap(keysOf))('has the key %s', (key) => {
    expect(PAGE).toContain(`\`${key}\``);
  });

  it('maps names as the plugin does', () => {
    const rows = [...PAGE.matchAll(/^\| `(\S+)` \| `(\S+)` \| `(true|false)` \| `(\S+)` \| `(\S+)` \|$/gm)];
    expect(rows).toHaveLength(3);
    for (const [, prefix = '', destination = '', strip, upstream = '', here] of rows) {
      expect(new ContentMapping({ prefix, destination, stripPrefix: strip === 'true' }).localOf(upstream)).toBe(here);
    }
  });

  it('has every number that the plugin counts', () => {
    const sources = ['./sync-metrics.ts', './upstream/credential-files.ts'];
    const names = sources.flatMap((path) => {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return [...text.matchAll(/'([a-z_]+_total|breaker_open|rate_limit(?:_remaining)?)'/g)].map(
        ([, name = '']) => name,
      );
    });
    expect(names).toHaveLength(8);
    for (const name of names) expect(PAGE).toContain(`\`berth_sync_${name}\``);
  });
});
