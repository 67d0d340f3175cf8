import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the machine that runs the tests can do. */
export interface Machine {
  /** True where `name` can be started. */
  hasProgram(name: string): boolean;
  isRoot(): boolean;
  /** True where an unprivileged user may make a user namespace, as rootless podman does. */
  hasUserNamespaces(): boolean;
  /** True where containers can be kept from devices, without which a Docker daemon does not start. */
  hasControlGroups(): boolean;
  /** True where npm's cache has every package of the repository's lock that is for this platform, so that npm can work offline. */
  hasNpmCache(): boolean;
}

/** Servers such as slapd lie there, and a user's PATH leaves it out. */
const ADMINISTRATORS_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** One of these is there, by the version of the hierarchy. */
const CONTROL_GROUPS = ['/sys/fs/cgroup/devices', '/sys/fs/cgroup/cgroup.controllers'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

interface LockedPackage {
  readonly integrity?: string;
  readonly optional?: boolean;
}

/** `npm ci` leaves every tarball that it installs in the cache, by the hash that the lock has of it. */
function npmHasCached(): boolean {
  try {
    const cache = execFileSync('npm', ['config', 'get', 'cache'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lock = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8');
    const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, LockedPackage>> };
    // What is optional may be for another platform.
    const needed = Object.values(packages).filter(({ optional }) => !optional);
    return needed.every(({ integrity }) => integrity === undefined || existsSync(contentPath(cache.trim(), integrity)));
  } catch {
    return false;
  }
}

/** Where npm's cache keeps what has this hash. */
function contentPath(cache: string, integrity: string): string {
  const [algorithm = '', hash = ''] = integrity.split(/-(.*)/s);
  const hex = Buffer.from(hash, 'base64').toString('hex');
  return join(cache, '_cacache/content-v2', algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
}

/** The machine these tests run on. The namespace is tried once, since that starts a process. */
export function thisMachine(path: string = process.env['PATH'] ?? ''): Machine {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...ADMINISTRATORS_FOLDERS];
  let userNamespaces: boolean | undefined;
  let npmCache: boolean | undefined;
  return {
    hasProgram: (name) => folders.some((folder) => isExecutable(join(folder, name))),
    isRoot: () => process.getuid?.() === 0,
    hasUserNamespaces: () => (userNamespaces ??= canUnshare()),
    hasControlGroups: () => CONTROL_GROUPS.some((path) => existsSync(path)),
    hasNpmCache: () => (npmCache ??= npmHasCached()),
  };
}
