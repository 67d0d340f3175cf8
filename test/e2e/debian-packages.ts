import { access, constants, lstat } from 'node:fs/promises';
import { runCommand } from './run-command.js';

export interface PackagedFile {
  readonly path: string;
  readonly bytes: number;
}

const FILE_SYSTEM_PARTS = /^\/(usr|etc|bin|sbin|lib|lib64|var\/lib\/dpkg)\//;
const PRIORITIES = ['required', 'important', 'standard', 'optional', 'extra'];

/** The installed packages, those without which no Debian system is first. */
export async function installedPackages(): Promise<readonly string[]> {
  const format = '${Essential} ${Priority} ${binary:Package} ${db:Status-Status}\n';
  const lines = (await runCommand('dpkg-query', ['--show', `--showformat=${format}`])).trimEnd().split('\n');
  const ranked = lines.flatMap((line) => {
    const [essential = '', priority = '', name = '', status = ''] = line.split(' ');
    if (status !== 'installed') return [];
    return [{ name, rank: essential === 'yes' ? -1 : PRIORITIES.indexOf(priority) }];
  });
  return ranked.sort((left, right) => left.rank - right.rank).map(({ name }) => name);
}

/** The files and links of a package that are there and may be read; a package's folders are not among them. */
export async function filesOf(packageName: string): Promise<readonly PackagedFile[]> {
  const listed = await runCommand('dpkg-query', ['--listfiles', packageName]);
  const paths = listed.split('\n').filter((path) => FILE_SYSTEM_PARTS.test(path));
  const files = await Promise.all(paths.map(readableFile));
  return files.filter((file) => file !== undefined);
}

async function readableFile(path: string): Promise<PackagedFile | undefined> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return { path, bytes: 0 };
    if (!stats.isFile()) return undefined;
    await access(path, constants.R_OK);
    return { path, bytes: stats.size };
  } catch (error) {
    // Systems made small leave out manual pages and translations that their packages list.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return;
    throw error;
  }
}
