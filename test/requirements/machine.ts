import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the machine that runs the tests can do. */
export interface Machine {
  /** True where `name` can be started. */
  hasProgram(name: string): boolean;
  isRoot(): boolean;
  /** True where an unprivileged user may make a user namespace, as rootless podman does. */
  hasUserNamespaces(): boolean;
}

/** Servers such as slapd lie there, and a user's PATH leaves it out. */
const ADMINISTRATORS_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

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

/** The machine these tests run on. The namespace is tried once, since that starts a process. */
export function thisMachine(path: string = process.env['PATH'] ?? ''): Machine {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...ADMINISTRATORS_FOLDERS];
  let userNamespaces: boolean | undefined;
  return {
    hasProgram: (name) => folders.some((folder) => isExecutable(join(folder, name))),
    isRoot: () => process.getuid?.() === 0,
    hasUserNamespaces: () => (userNamespaces ??= canUnshare()),
  };
}
