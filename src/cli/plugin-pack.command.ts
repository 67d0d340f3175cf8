import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { contractOf, type Plugin } from '@berth/sdk';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';
import { bundlePlugin } from './plugin-bundle.js';

export interface PackPluginOptions {
  /** The folder that is written; default: `packed` in the plugin's. It is made, is empty, or was packed before. */
  readonly out: string | undefined;
}

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly exports?: { readonly '.'?: { readonly default?: string } };
  readonly [field: string]: unknown;
}

/** Where the code lies in a packed folder: as deep as in the plugin's own, so that paths relative to it lead to the same. */
const ENTRY = 'dist/index.js';

/** What of a package.json says what a plugin is; what it depends on lies inside or comes from the server. */
const KEPT = ['name', 'version', 'description', 'license', 'author', 'homepage', 'repository', 'type'];

/**
 * `berth plugin pack [folder] [--out dir]`: builds the plugin in `folder` (`npm run build`) and bundles it into one folder, which needs
 * nothing beside it: its own dependencies lie inside, the SDK and Nest come from the server that loads it.
 */
export async function packPlugin(folder: string, options: PackPluginOptions, console: Console): Promise<number> {
  const root = resolve(folder);
  const out = resolve(options.out ?? join(root, 'packed'));
  try {
    const file = await readPackage(root);
    if (!(await mayReplace(out, file.name))) throw new Error(`${out} is not empty, and not what was packed before`);
    await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root });
    const entry = join(root, file.exports?.['.']?.default ?? ENTRY);
    const plugin = await importPlugin(entry);
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    await bundlePlugin(root, { entry, file: join(out, ENTRY) });
    await copyContent(root, out, plugin);
    const kept = Object.fromEntries(KEPT.filter((name) => name in file).map((name) => [name, file[name]]));
    const packed = { ...kept, exports: `./${ENTRY}`, berth: { contract: contractOf(plugin) } };
    await writeFile(join(out, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
  } catch (cause) {
    console.err(`berth: the plugin cannot be packed: ${reasonOf(cause)}\n`);
    return EXIT.failure;
  }
  console.out(`${out}\n`);
  return EXIT.ok;
}

/** What a program printed says more than that it failed. */
function reasonOf(cause: unknown): string {
  const { stdout = '', stderr = '' } = cause as { readonly stdout?: string; readonly stderr?: string };
  return [cause instanceof Error ? cause.message : String(cause), stdout, stderr]
    .filter((text) => text !== '')
    .join('\n');
}

async function readPackage(root: string): Promise<PackageFile> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageFile;
}

async function mayReplace(out: string, name: string): Promise<boolean> {
  const entries = await unlessAbsent(readdir(out));
  if (entries === undefined || entries.length === 0) return true;
  const before = await unlessAbsent(readPackage(out));
  return before?.name === name && before['berth'] !== undefined && !entries.includes('src');
}

async function importPlugin(entry: string): Promise<Plugin> {
  const { default: exported } = (await import(pathToFileURL(entry).href)) as { readonly default?: unknown };
  if (contractOf(exported) === undefined)
    throw new Error(`the default export of ${entry} was not made by definePlugin`);
  return exported as Plugin;
}

/** Static files and the README, where they lay. */
async function copyContent(root: string, out: string, { staticFiles = [] }: Plugin): Promise<void> {
  for (const { folder } of staticFiles) {
    const from = folder instanceof URL ? fileURLToPath(folder) : resolve(root, folder);
    const path = relative(root, from);
    if (path === '..' || path.startsWith(`..${sep}`))
      throw new Error(`the static files in ${from} lie outside of the plugin`);
    await cp(from, join(out, path), { recursive: true });
  }
  await unlessAbsent(cp(join(root, 'README.md'), join(out, 'README.md')));
}

/** `undefined` where there is no such file or folder. */
async function unlessAbsent<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}
