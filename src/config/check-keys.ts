import { describeValue, isSection, type Section } from '@berth/sdk';
import type { Violation } from './config-error.js';

import { checkExtensions } from './check-extensions.js';

import { KEY_TREE, type KnownKey, nearestKey } from './keys/key-tree.js';

/** What a look at the keys of a file gives. */
export interface CheckedKeys {
  /** The built keys under their own spelling; what has no effect or is wrong is left out. */
  readonly values: Section;
  readonly violations: readonly Omit<Violation, 'file'>[];
  readonly warnings: readonly string[];
}

/** Compares every key of `file` with the table of known ones, without regard to case. Reports all, not only the first. */
export function checkKeys(file: Section): CheckedKeys {
  const violations: Omit<Violation, 'file'>[] = [];
  const warnings: string[] = [];

  function readSection(section: Section, known: KnownKey, path: string): Section {
    const values: Record<string, unknown> = {};
    const spellings = new Map<string, string>();
    for (const [name, value] of Object.entries(section)) {
      const key = known.keys.get(name.toLowerCase());
      const other = spellings.get(name.toLowerCase());
      spellings.set(name.toLowerCase(), name);
      const keyPath = (path === '' ? '' : `${path}.`) + (key?.name ?? name);
      if (!key) violations.push(unknownKey(name, keyPath, known));
      else if (other !== undefined) violations.push(givenTwice(keyPath, other, name));
      else if (value !== null) readKey(key, keyPath, value, values);
    }
    return values;
  }

  /** Sections under names of the user's own; what is none is left for its class to refuse. */
  function readNamed(section: Section, known: KnownKey, path: string): Section {
    const read = Object.entries(section).map(([name, value]): [string, unknown] => [
      name,
      isSection(value) ? readSection(value, known, `${path}[${JSON.stringify(name)}]`) : value,
    ]);
    return Object.fromEntries(read);
  }

  /** A null says nothing: to zot too it is the same as a key that is not there. */
  function readKey(key: KnownKey, path: string, value: unknown, values: Record<string, unknown>): void {
    const { rule, named } = key;
    if (rule.status === 'refused') {
      if (!rule.off?.includes(value))
        violations.push({ key: path, found: describeSilently(value), allowed: rule.advice });
    } else if (key.keys.size > 0 && !isSection(value)) {
      violations.push({ key: path, found: describeValue(value), allowed: 'a section: an object with keys' });
    } else if (path === 'extensions' && isSection(value)) {
      values[key.name] = checkExtensions(value, key, violations, warnings);
    } else if (key.keys.size > 0 && isSection(value)) {
      const section = readSection(value, key, path);
      if (rule.status === 'built') values[key.name] = section;
    } else if (named && isSection(value)) {
      values[key.name] = readNamed(value, named, path);
    } else if (rule.status === 'built') {
      const caution = rule.caution?.(value);
      if (caution !== undefined) warnings.push(`${path}: ${caution}`);
      values[key.name] = value;
    } else if (rule.status === 'without effect') {
      warnings.push(`${path}: no effect: ${rule.warning}`);
    }
  }

  return { values: readSection(file, KEY_TREE, ''), violations, warnings };
}

function unknownKey(name: string, key: string, section: KnownKey): Omit<Violation, 'file'> {
  const nearest = nearestKey(name, section);
  return { key, found: 'an unknown key', allowed: `a known key; the nearest is ${JSON.stringify(nearest)}` };
}

function givenTwice(key: string, first: string, second: string): Omit<Violation, 'file'> {
  const found = `${JSON.stringify(first)} and ${JSON.stringify(second)}`;
  return { key, found, allowed: 'the key once; upper and lower case do not differ' };
}

/** Refused sections hold passwords: their keys may be shown, their values not. */
function describeSilently(value: unknown): string {
  return isSection(value) || typeof value === 'number' || typeof value === 'boolean' ? describeValue(value) : 'the key';
}
