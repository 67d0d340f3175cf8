import { parse, type SemVer } from 'semver';

/** Up to three numbers, a `v` before them perhaps, and what stands behind a dash: as Go's Masterminds/semver reads them, which zot uses. */
const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

export function isVersion(tag: string): boolean {
  return VERSION.test(tag);
}

/** The version that a tag names, its missing numbers being 0; `undefined` where it names none. */
export function versionOf(tag: string): SemVer | undefined {
  const [, major, minor = '0', patch = '0', rest] = VERSION.exec(tag) ?? [];
  if (major === undefined) return undefined;
  const numbers = [major, minor, patch].map((number) => number.replace(/^0+(?=\d)/, '')).join('.');
  return parse(rest === undefined ? numbers : `${numbers}-${rest}`, { loose: true }) ?? undefined;
}
