import { describe, expect, it } from 'vitest';
import { repositoryFiles, textOf } from './repository-files.js';

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** What npm installs for us. A peer is what a user brings, so it may be a range. */
const INSTALLED = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

type Manifest = Partial<Record<(typeof INSTALLED)[number], Readonly<Record<string, string>>>>;

const manifests = repositoryFiles().filter((path) => /(^|\/)package\.json$/.test(path));

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

const lock = JSON.parse(textOf('package-lock.json')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

describe('a package.json', () => {
  it.each(manifests)('%s names exact versions', (path) => {
    const manifest = JSON.parse(textOf(path)) as Manifest;
    const named = INSTALLED.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
    expect(named.filter(([, version]) => !EXACT.test(version))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('has a version for every package that is not a link to a workspace', () => {
    const unversioned = Object.entries(lock.packages).filter(([, entry]) => !entry.link && entry.version === undefined);
    expect(unversioned).toEqual([]);
  });

  it('names no host, so that it is good for whatever registry the user has', () => {
    const hosted = Object.entries(lock.packages).filter(([, { resolved }]) => resolved?.includes('://'));
    expect(hosted).toEqual([]);
  });
});

describe('.npmrc', () => {
  it('names no host', () => {
    expect(textOf('.npmrc')).not.toMatch(/\/\/|registry/);
  });
});
