import { RE2JS } from 're2js';
import { Range } from 'semver';
import type { TagsConfig } from '../config/content.config.js';
import { isVersion, versionOf } from './lenient-version.js';

/** Whether a periodic run takes a tag, and which rule says so. */
export interface Verdict {
  readonly isTaken: boolean;
  readonly why: string;
}

interface Rule {
  readonly takes: (tag: string) => boolean;
  readonly yes: string;
  readonly no: string;
}

/** What `tags` of one entry says, asked in zot's order: `regex`, `excludeRegex`, `semver`. */
export class TagRules {
  readonly #rules: readonly Rule[];

  constructor({ regex, excludeRegex, semver = false }: TagsConfig = {}) {
    this.#rules = [
      ...(regex === undefined ? [] : [matching(regex)]),
      ...(excludeRegex === undefined ? [] : [notMatching(excludeRegex)]),
      ...(semver === false ? [] : [semver === true ? ofVersions() : inRange(semver)]),
    ];
  }

  decide(tag: string): Verdict {
    const against = this.#rules.find(({ takes }) => !takes(tag));
    if (against) return { isTaken: false, why: against.no };
    return { isTaken: true, why: this.#rules.map(({ yes }) => yes).join(', ') || 'every tag' };
  }
}

/** RE2 takes time that grows with the length of both, whatever the pattern. */
function matching(pattern: string): Rule {
  const regex = RE2JS.compile(pattern);
  const name = `regex ${JSON.stringify(pattern)}`;
  return { takes: (tag) => regex.matcher(tag).find(), yes: `${name} matches`, no: `${name} does not match` };
}

function notMatching(pattern: string): Rule {
  const { takes, ...rule } = matching(pattern);
  const name = `excludeRegex ${JSON.stringify(pattern)}`;
  return { ...rule, takes: (tag) => !takes(tag), yes: `${name} does not match`, no: `${name} matches` };
}

function ofVersions(): Rule {
  return { takes: isVersion, yes: 'semver: it is a version', no: 'semver: it is no version' };
}

function inRange(text: string): Rule {
  // What stands behind a dash counts: `excludeRegex` is there for whoever does not want it.
  const range = new Range(text, { includePrerelease: true });
  const takes = (tag: string): boolean => {
    const version = versionOf(tag);
    return version !== undefined && range.test(version);
  };
  const name = `semver ${JSON.stringify(text)}`;
  return { takes, yes: `${name} holds`, no: `${name} does not hold` };
}
