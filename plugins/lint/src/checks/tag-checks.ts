import { compilePattern } from '../text-pattern.js';
import type { Check } from './check.js';
import { quoted } from './quoted.js';

/** Each tag that the push moves must match the whole of `source`. A push by digest without a tag is as it should be. */
export function tagPatternCheck(source: string): Check {
  const pattern = compilePattern(source);
  return async ({ tags }) =>
    tags
      .filter((tag) => !pattern.matches(tag))
      .map((tag) => ({
        check: 'tagPattern',
        message: `the tag ${quoted(tag)} does not match ${quoted(source)}`,
      }));
}

/** No tag of the push may be one of `forbidden`. */
export function forbiddenTagsCheck(forbidden: readonly string[]): Check {
  const names = new Set(forbidden);
  return async ({ tags }) =>
    tags
      .filter((tag) => names.has(tag))
      .map((tag) => ({ check: 'forbiddenTags', message: `the tag ${quoted(tag)} is forbidden` }));
}
