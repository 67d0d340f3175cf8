import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackageFile } from './package-file.ts';

export interface Tarball {
  readonly path: string;
  readonly file: string;
  /** As a lock has it. */
  readonly integrity: string;
}

/** `npm pack` of the package in `folder` into the folder `out`, without running its scripts and without asking a registry. */
export function npmPack(folder: string, out: string): Tarball {
  mkdirSync(out, { recursive: true });
  const options = ['--ignore-scripts', '--offline', '--silent', '--pack-destination', out];
  execFileSync('npm', ['pack', ...options], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const { name, version } = readPackageFile(folder);
  const file = `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
  const path = join(out, file);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
  return { path, file, integrity };
}
