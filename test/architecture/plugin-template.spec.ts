import { describe, expect, it } from 'vitest';
import { textOf } from './repository-files.js';

interface PackageFile {
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

describe('the template of a plugin', () => {
  it('is developed with the versions that Berth itself has in its lock', () => {
    const { devDependencies = {} } = JSON.parse(textOf('plugins/_template/package.json')) as PackageFile;
    const { packages } = JSON.parse(textOf('package-lock.json')) as Lock;
    const others = Object.entries(devDependencies).filter(([name]) => !name.startsWith('@berth/'));
    expect(others.length).toBeGreaterThan(5);
    for (const [name, version] of others)
      expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
  });
});
