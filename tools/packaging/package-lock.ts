import { readFileSync } from 'node:fs';

/** One entry of `packages` in a lock: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly dependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export type Versions = Readonly<Record<string, string>>;

/** Entries by where they lie: `node_modules/a`, `node_modules/a/node_modules/b`; `''` is the package itself. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export interface PackageLock {
  readonly name: string;
  readonly version: string;
  readonly lockfileVersion: number;
  readonly requires: boolean;
  readonly packages: LockedPackages;
}

export function readLock(path: string): PackageLock {
  return JSON.parse(readFileSync(path, 'utf8')) as PackageLock;
}

interface Wanted {
  readonly name: string;
  /** Where the package that wants it lies. */
  readonly from: string;
  readonly isOptional: boolean;
}

/**
 * The entries of `packages` that whoever depends on `roots` needs, laid out as they are there. `given`: names that come from elsewhere.
 * An entry that is only wanted where it can be had is `optional`.
 */
export function lockedClosure(
  packages: LockedPackages,
  roots: { readonly required: readonly string[]; readonly optional: readonly string[] },
  given: ReadonlySet<string>,
): LockedPackages {
  const required = new Map<string, boolean>();
  const queue: Wanted[] = [
    ...roots.required.map((name) => ({ name, from: '', isOptional: false })),
    ...roots.optional.map((name) => ({ name, from: '', isOptional: true })),
  ];
  for (let wanted = queue.shift(); wanted; wanted = queue.shift()) {
    if (given.has(wanted.name)) continue;
    const location = locationOf(packages, wanted);
    const entry = location === undefined ? undefined : packages[location];
    if (location === undefined || !entry) {
      if (wanted.isOptional) continue;
      throw new Error(`${wanted.from || 'the package'} needs ${wanted.name}, which the lock does not have`);
    }
    const known = required.get(location);
    // Once for each strength: what is found to be required makes what it needs required too.
    if (known === true || (known === false && wanted.isOptional)) continue;
    required.set(location, !wanted.isOptional);
    queue.push(...wantedBy(location, entry, wanted.isOptional));
  }
  return Object.fromEntries(
    [...required]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([at, isRequired]) => [at, entryFor(packages[at], isRequired)]),
  );
}

function wantedBy(from: string, entry: LockedPackage, isOptional: boolean): Wanted[] {
  const optional = Object.keys(entry.optionalDependencies ?? {});
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  const needed = [...Object.keys(entry.dependencies ?? {}), ...peers].filter((name) => !optional.includes(name));
  return [
    ...needed.map((name) => ({ name, from, isOptional })),
    ...optional.map((name) => ({ name, from, isOptional: true })),
  ];
}

/** Where Node finds `name` from `from`. */
function locationOf(packages: LockedPackages, { name, from }: Wanted): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const at = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[at]) return at;
    if (folder === '') return undefined;
  }
}

function entryFor(entry: LockedPackage | undefined, isRequired: boolean): LockedPackage {
  const { dev: _dev, devOptional: _devOptional, optional: _optional, ...rest } = entry ?? {};
  return isRequired ? rest : { ...rest, optional: true };
}
