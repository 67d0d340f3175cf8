import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Packages that a file imports when it is loaded, itself or by what it imports; types and `import()` aside. */
function packagesBehind(file: URL, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file.href)) return packages;
  seen.add(file.href);
  const text = readFileSync(file, 'utf8');
  for (const [, what = '', from = ''] of text.matchAll(/^(?:import|export) (?!type )([^;]*?)from '([^']+)';/gms)) {
    const isOfTypes = /^\{(\s*type [^,}]+,?)+\s*\}\s*$/.test(what);
    if (isOfTypes) continue;
    const imported = from.startsWith('.') ? packagesBehind(new URL(from.replace(/\.js$/, '.ts'), file), seen) : [from];
    for (const name of imported) packages.add(name);
  }
  return packages;
}

const GRAPHQL = ['graphql', '@pothos/core', 'dataloader'];

describe('the libraries of GraphQL', () => {
  it('are not loaded with the plugin', () => {
    const packages = packagesBehind(new URL('../index.ts', import.meta.url));
    expect(packages).toContain('@berth/sdk');
    expect(GRAPHQL.filter((name) => packages.has(name))).toEqual([]);
  });

  it('are with what the first query loads', () => {
    const packages = packagesBehind(new URL('engine.ts', import.meta.url));
    expect(GRAPHQL.filter((name) => packages.has(name))).toEqual(GRAPHQL);
  });
});
