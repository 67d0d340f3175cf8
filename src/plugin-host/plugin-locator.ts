import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { resolve as resolveModule } from 'import-meta-resolve';
import { isSection } from '@berth/sdk';
import { PluginError } from './plugin-error.js';
import type { PluginSection } from './plugin-section.js';

/** A module to import, and the package it belongs to. */
export interface LocatedPlugin {
  /** What to hand to `import()`. */
  readonly module: string;
  /** The folder of its package.json; `undefined` for a bundled plugin, and for a file that belongs to no package. */
  readonly root: string | undefined;
  /** The contract that its package.json names, where it does. */
  readonly contract: number | undefined;
}

const BUNDLED = '@berth/plugin-';

/**
 * Where the plugin of a section lies. `configFolder`: what paths and packages are looked for from, before the server's own folder.
 *
 * @throws PluginError `missing`
 */
export async function locatePlugin(section: PluginSection, configFolder: string): Promise<LocatedPlugin> {
  const { key, specifier } = section;
  if (specifier === undefined) return { module: BUNDLED + key, root: undefined, contract: undefined };
  const found = isPath(specifier)
    ? await entryOfPath(key, specifier, configFolder)
    : entryOfPackage(key, specifier, configFolder);
  // Node knows a module by its real path, behind all links, as `npm link` makes them.
  const file = await realpath(found).catch((cause: unknown) => {
    throw new PluginError(key, 'missing', `there is no file ${found}`, { cause });
  });
  const root = await packageFolder(dirname(file));
  return {
    module: pathToFileURL(file).href,
    root,
    contract: root === undefined ? undefined : await contractOfPackage(root),
  };
}

function isPath(specifier: string): boolean {
  return /^\.{1,2}(\/|$)/.test(specifier) || isAbsolute(specifier);
}

async function entryOfPath(plugin: string, specifier: string, configFolder: string): Promise<string> {
  const path = resolve(configFolder, specifier);
  const found = await stat(path).catch((cause: unknown) => {
    throw new PluginError(plugin, 'missing', `there is no file or folder ${path}`, { cause });
  });
  if (!found.isDirectory()) return path;
  const entry = await entryOfFolder(path);
  if (entry !== undefined) return entry;
  throw new PluginError(plugin, 'missing', `the package in ${path} exports nothing under "."`);
}

/** Packages are looked for beside the configuration first, then beside the server. */
function entryOfPackage(plugin: string, specifier: string, configFolder: string): string {
  const parents = [pathToFileURL(join(configFolder, 'berth')).href, import.meta.url];
  for (const parent of parents) {
    try {
      return fileURLToPath(resolveModule(specifier, parent));
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) {
        throw new PluginError(plugin, 'missing', `the package ${specifier} cannot be loaded: ${String(cause)}`, {
          cause,
        });
      }
    }
  }
  throw new PluginError(
    plugin,
    'missing',
    `the package ${specifier} is not installed, neither beside the configuration nor beside Berth`,
  );
}

/** What `exports` or `main` of a package name as its beginning. */
async function entryOfFolder(folder: string): Promise<string | undefined> {
  const { exports, main } = await readPackage(folder);
  const entry = exports === undefined ? (main ?? 'index.js') : importTarget(exports);
  return typeof entry === 'string' ? join(folder, entry) : undefined;
}

const CONDITIONS = new Set(['import', 'node', 'module-sync', 'default']);

/** https://nodejs.org/api/packages.html#exports, as far as the package's own beginning goes. */
function importTarget(exports: unknown): unknown {
  if (typeof exports === 'string') return exports;
  if (!isSection(exports)) return undefined;
  if (Object.hasOwn(exports, '.')) return importTarget(exports['.']);
  for (const [condition, target] of Object.entries(exports)) {
    if (!CONDITIONS.has(condition)) continue;
    const found = importTarget(target);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function packageFolder(folder: string): Promise<string | undefined> {
  const isHere = await stat(join(folder, 'package.json')).then(
    () => true,
    () => false,
  );
  if (isHere) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : packageFolder(parent);
}

interface PackageFile {
  readonly name?: string;
  readonly main?: string;
  readonly exports?: unknown;
  readonly berth?: unknown;
}

/** What is not there or cannot be read says nothing: importing the module then tells what is wrong. */
async function readPackage(folder: string): Promise<PackageFile> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return isSection(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

async function contractOfPackage(folder: string): Promise<number | undefined> {
  const { berth } = await readPackage(folder);
  const contract = isSection(berth) ? berth['contract'] : undefined;
  return typeof contract === 'number' ? contract : undefined;
}
