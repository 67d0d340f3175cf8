/** Digits that a number of a version is written with, so that texts order as versions do. */
const DIGITS = 16;
/** Behind the numbers of a version that is no pre-release: higher than whatever a pre-release has there. */
const RELEASE = '~';

const VERSION = /^v?(\d{1,16})(?:\.(\d{1,16}))?(?:\.(\d{1,16}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** How long the part of a key is that says the three numbers. */
export const VERSION_CORE_LENGTH = 3 * DIGITS + 2;

/**
 * A text for `tag` that orders as semantic versions do; `undefined` where it is none. A `v` in front and numbers that are left out at the
 * end are taken as people mean them: `v1.2` is 1.2.0. https://semver.org/#spec-item-11
 */
export function versionKey(tag: string): string | undefined {
  const match = VERSION.exec(tag);
  if (!match) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease] = match;
  return `${versionCore([major, minor, patch])}${prerelease === undefined ? RELEASE : prereleaseKey(prerelease)}`;
}

/** The three numbers of a key. */
export function versionCore(numbers: readonly (string | number)[]): string {
  return numbers.map((number) => String(number).padStart(DIGITS, '0')).join('.');
}

/** Numbers come before words; `!` ends each, lower than what may stand in one, so that fewer come before more. */
function prereleaseKey(prerelease: string): string {
  const parts = prerelease.split('.').map((part) => {
    const isNumber = /^\d{1,16}$/.test(part);
    return isNumber ? `0${part.padStart(DIGITS, '0')}!` : `1${part}!`;
  });
  return `-${parts.join('')}`;
}
