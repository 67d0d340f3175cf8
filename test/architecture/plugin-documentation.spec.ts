import { describe, expect, it } from 'vitest';
import * as sdk from '@berth/sdk';
import { repositoryFiles, textOf } from './repository-files.js';

const documentation = textOf('docs/plugins.md');

/** Every field of a definition: one that is missing here does not compile. */
const FIELDS: Readonly<Record<keyof sdk.PluginDefinition, true>> = {
  name: true,
  description: true,
  config: true,
  hooks: true,
  providers: true,
  jobs: true,
  routes: true,
  staticFiles: true,
  health: true,
  panels: true,
  permissions: true,
  migrations: true,
  hasDerivedTables: true,
  commands: true,
  reconfigure: true,
  credentialBackends: true,
  upstreamCredentials: true,
  repositoryResolver: true,
  vulnerabilityScanner: true,
};

/** The first two cells of the rows below `heading` whose first is code. */
function rowsBelow(heading: string): readonly (readonly [string, string])[] {
  const section = documentation.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [table = ''] = section.split(/\n\n/).filter((block) => block.startsWith('|'));
  return [...table.matchAll(/^\| `([^`]+)` \| ([^|]+?) \|/gm)].map(([, first = '', second = '']) => [first, second]);
}

function namesBelow(heading: string): readonly string[] {
  return rowsBelow(heading).map(([name]) => name);
}

describe('docs/plugins.md', () => {
  it('lists every hook with its kind', () => {
    expect(Object.fromEntries(rowsBelow('Hooks'))).toEqual(sdk.HOOK_KINDS);
  });

  it('lists every port that is for plugins', () => {
    const abstract = Object.entries(sdk).filter(
      ([, value]) => typeof value === 'function' && /^class \w+ \{\s*\}$/.test(String(value)),
    );
    const names = abstract.map(([name]) => name).filter((name) => name !== sdk.CredentialBackends.name);
    expect(namesBelow('Ports')).toEqual(names.sort());
  });

  it('lists every field of a definition', () => {
    expect([...namesBelow('What a plugin may contribute')].sort()).toEqual(Object.keys(FIELDS).sort());
  });

  const example = repositoryFiles().filter((path) => path.startsWith('docs/examples/quota/src/'));

  it.each(example)('has %s as it is', (path) => {
    const name = path.slice('docs/examples/quota/'.length);
    expect(documentation).toContain(`\`${name}\`\n\n\`\`\`ts\n${textOf(path)}\`\`\`\n`);
  });

  it('walks through an example that is there', () => {
    expect(example.length).toBeGreaterThan(5);
  });
});
