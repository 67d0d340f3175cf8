import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmPack, type Tarball } from './npm-pack.ts';
import { type PackageFile, readPackageFile, writeJson } from './package-file.ts';
import { lockedClosure, type PackageLock, readLock } from './package-lock.ts';
import { layPluginTemplate } from './plugin-template.ts';
import { isBundledPlugin, layServer, layWorkspace } from './server-package.ts';

/**
 * Packs the built repository in `root` into one tarball in the folder `out`. Everything the server needs to run lies inside as bundled
 * dependencies, in the versions of the lock: an installation asks no registry, and has what the tests ran with. Only Node itself, which
 * is an optional dependency, is not.
 */
export function packBerth(root: string, out: string): Tarball {
  const work = mkdtempSync(join(tmpdir(), 'berth-package-'));
  try {
    const lock = readLock(join(root, 'package-lock.json'));
    const stage = join(work, 'berth');
    const server = layServer(root, stage);
    mkdirSync(join(stage, 'docs'));
    cpSync(join(root, 'docs/plugins.md'), join(stage, 'docs/plugins.md'));
    const bundled = layBundled(root, stage);
    layPluginTemplate(root, lock, join(stage, 'plugin-template'), work);
    const dependencies = { ...server.dependencies, ...thirdPartyOf(bundled), ...versionsOf(bundled) };
    const others = layThirdParty(
      root,
      stage,
      lock,
      Object.keys(dependencies).filter((name) => !isOwn(name)),
    );
    const file: PackageFile = {
      ...server,
      dependencies: { ...dependencies, ...others },
      bundleDependencies: Object.keys({ ...dependencies, ...others }).sort(),
    };
    writeJson(join(stage, 'package.json'), file);
    return npmPack(stage, out);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function isOwn(name: string): boolean {
  return name.startsWith('@berth/');
}

/** Lays the SDK and the plugins that come with the server into its node_modules. */
function layBundled(root: string, stage: string): PackageFile[] {
  const plugins = Object.keys(readPackageFile(root).dependencies ?? {}).filter(isBundledPlugin);
  const folders = ['src/sdk', ...plugins.map((name) => `plugins/${name.slice('@berth/plugin-'.length)}`)];
  return folders.map((folder) => {
    const from = join(root, folder);
    const file = readPackageFile(from);
    layWorkspace(from, join(stage, 'node_modules', file.name));
    return file;
  });
}

/** Copies what `names` need from the installation of `root`, laid out as there, and gives the version of each package at the top. */
function layThirdParty(
  root: string,
  stage: string,
  { packages }: PackageLock,
  names: readonly string[],
): Record<string, string> {
  const closure = lockedClosure(packages, { required: names, optional: [] }, new Set());
  const versions: Record<string, string> = {};
  for (const [at, { version = '' }] of Object.entries(closure)) {
    cpSync(join(root, at), join(stage, at), { recursive: true, filter: (from) => !isLeftOut(from) });
    const [, name = '', nested] = at.split('node_modules/');
    if (nested === undefined) versions[name] = version;
  }
  return versions;
}

/** What runs nothing: declarations, maps, prose; and sources of a library that comes built for every platform. */
function isLeftOut(path: string): boolean {
  return /\/better-sqlite3\/(deps|src|binding\.gyp)$/.test(path) || /\.(map|md|markdown|ts|mts|cts)$/.test(path);
}

function versionsOf(packages: readonly PackageFile[]): Record<string, string> {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
}

function thirdPartyOf(packages: readonly PackageFile[]): Record<string, string> {
  return Object.assign({}, ...packages.map(({ dependencies }) => dependencies ?? {})) as Record<string, string>;
}
