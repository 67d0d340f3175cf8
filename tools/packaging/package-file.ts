import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Versions } from './package-lock.ts';

/** What is read of a package.json; the rest is carried along. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly [field: string]: unknown;
}

export function readPackageFile(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The fields of `file` that `names` list, in that order, where it has them. */
export function pick(file: PackageFile, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in file).map((name) => [name, file[name]]));
}
