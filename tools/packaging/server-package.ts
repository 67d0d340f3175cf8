import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PackageFile, pick, readPackageFile, writeJson } from './package-file.ts';

const KEPT = ['name', 'version', 'description', 'license', 'type', 'bin', 'exports', 'engines'];

/** What the server consists of beside its package.json. */
const CONTENT = ['dist', 'config', 'LICENSE', 'README.md', 'CHANGELOG.md'];

/** Bundled plugins are packages of this repository; everything else that the server needs comes from a registry. */
export function isBundledPlugin(name: string): boolean {
  return name.startsWith('@berth/plugin-');
}

/**
 * Lays the built server of `root` into the folder `to`, without any plugin, and gives its package.json, which is not written yet: whoever
 * makes a package of it adds what belongs to that package.
 */
export function layServer(root: string, to: string): PackageFile {
  mkdirSync(to, { recursive: true });
  for (const name of CONTENT) cpSync(join(root, name), join(to, name), { recursive: true });
  const file = readPackageFile(root);
  const dependencies = Object.fromEntries(
    Object.entries(file.dependencies ?? {}).filter(([name]) => !isBundledPlugin(name)),
  );
  return {
    ...pick(file, KEPT),
    name: file.name,
    version: file.version,
    files: ['dist', '!dist/**/*.map', 'config', 'docs', 'plugin-template'],
    dependencies,
    optionalDependencies: file.optionalDependencies ?? {},
  };
}

/** A package without anything that only its development needs. Its `dist` is copied as it is. */
export function layWorkspace(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true });
  const { devDependencies: _development, scripts: _scripts, ...file } = readPackageFile(from);
  writeJson(join(to, 'package.json'), file);
}
