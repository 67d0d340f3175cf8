import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmPack, type Tarball } from './npm-pack.ts';
import { type PackageFile, readPackageFile, writeJson } from './package-file.ts';
import { type LockedPackage, type LockedPackages, lockedClosure, type PackageLock } from './package-lock.ts';
import { layServer } from './server-package.ts';

/** Of the workspace, what a new plugin is made of. */
const CONTENT = ['src', 'tsconfig.json', 'vitest.config.ts', 'README.md', '.gitignore'];

/** Packages that a new plugin gets as tarballs beside it, since no registry may have them. */
interface Vendored {
  readonly file: PackageFile;
  readonly tarball: Tarball;
}

/**
 * Writes what `berth plugin new` copies: the template, the tarballs it is developed with, and a lock that npm can install from offline,
 * since it names the same packages as the lock of Berth itself.
 */
export function layPluginTemplate(root: string, lock: PackageLock, to: string, work: string): void {
  const from = join(root, 'plugins/_template');
  mkdirSync(to, { recursive: true });
  for (const name of CONTENT) cpSync(join(from, name), join(to, name), { recursive: true });
  // npm leaves files of this name out of a package.
  renameSync(join(to, '.gitignore'), join(to, 'gitignore'));
  const vendored = packVendored(root, join(to, 'vendor'), work);
  const { scripts, exports: _exports, ...file } = readPackageFile(from);
  const packageFile: PackageFile = {
    ...file,
    // Without the sources, which only this repository reads.
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    scripts: { ...(scripts as object), pack: 'berth plugin pack' },
    devDependencies: {
      ...file.devDependencies,
      ...Object.fromEntries(vendored.map((one) => [one.file.name, sourceOf(one)])),
    },
    // It has a prebuilt library, and building another would need a compiler.
    allowScripts: { 'better-sqlite3': false },
  };
  writeJson(join(to, 'package.json'), packageFile);
  writeJson(join(to, 'lock.json'), {
    name: file.name,
    version: file.version,
    lockfileVersion: lock.lockfileVersion,
    requires: true,
    packages: { '': rootEntry(packageFile), ...lockedPackages(packageFile, vendored, lock.packages) },
  });
}

function packVendored(root: string, out: string, work: string): Vendored[] {
  const server = join(work, 'server');
  const file = layServer(root, server);
  writeJson(join(server, 'package.json'), file);
  const packages = [server, join(root, 'src/sdk'), join(root, 'test/kit')].map((folder) => ({
    file: readPackageFile(folder),
    tarball: npmPack(folder, out),
  }));
  rmSync(server, { recursive: true });
  return packages;
}

function sourceOf({ tarball }: Vendored): string {
  return `file:vendor/${tarball.file}`;
}

function rootEntry(file: PackageFile): object {
  const { name, version, license, devDependencies, peerDependencies, peerDependenciesMeta } = file;
  return { name, version, license, devDependencies, peerDependencies, peerDependenciesMeta };
}

function lockedPackages(file: PackageFile, vendored: readonly Vendored[], packages: LockedPackages): LockedPackages {
  const given = new Set(vendored.map((one) => one.file.name));
  const needed = [file.devDependencies, ...vendored.map((one) => one.file.dependencies)];
  const required = needed.flatMap((versions) => Object.keys(versions ?? {}));
  const optional = vendored.flatMap((one) => Object.keys(one.file.optionalDependencies ?? {}));
  const all: LockedPackages = {
    ...lockedClosure(packages, { required, optional }, given),
    ...Object.fromEntries(vendored.map((one) => [`node_modules/${one.file.name}`, vendoredEntry(one)])),
  };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([at, entry]) => [at, { ...entry, dev: true }]));
}

function vendoredEntry(one: Vendored): LockedPackage {
  const { version, dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, bin, engines } =
    one.file;
  const entry = { version, resolved: sourceOf(one), integrity: one.tarball.integrity };
  return {
    ...entry,
    ...Object.fromEntries(
      Object.entries({
        dependencies,
        optionalDependencies,
        peerDependencies,
        peerDependenciesMeta,
        bin,
        engines,
      }).filter(([, value]) => value !== undefined),
    ),
  };
}
