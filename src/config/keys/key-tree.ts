import { closest, distance } from 'fastest-levenshtein';
import { CONFIGURATION_KEYS } from './configuration-keys.js';
import type { KeyRule } from './key-rule.js';

/** One known key with the known keys in it; with none where the section is refused or another reads it. */
export interface KnownKey {
  readonly name: string;
  /** Dotted path; empty for the file itself. */
  readonly path: string;
  readonly rule: KeyRule;
  /** By lower-case name, because keys are matched without regard to case, as in zot. */
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** What lies in it under names of the user's own, where the table describes that. */
  readonly named: KnownKey | undefined;
}

/** `<route>` stands for names of the user's own. */
const NAME = /^<[^>]+>$/;

/** What `CONFIGURATION_KEYS` knows, as the tree that a file is compared with. */
export const KEY_TREE: KnownKey = {
  name: '',
  path: '',
  rule: { status: 'built', meaning: 'the file' },
  keys: keysUnder(''),
  named: undefined,
};

function keysUnder(prefix: string): ReadonlyMap<string, KnownKey> {
  const names = Object.keys(CONFIGURATION_KEYS)
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((name) => !name.includes('.') && !NAME.test(name));
  return new Map(names.map((name) => [name.toLowerCase(), knownKey(prefix + name, name)]));
}

function namedUnder(prefix: string): KnownKey | undefined {
  const path = Object.keys(CONFIGURATION_KEYS).find(
    (known) => known.startsWith(prefix) && NAME.test(known.slice(prefix.length)),
  );
  return path === undefined ? undefined : knownKey(path, path.slice(prefix.length));
}

function knownKey(path: string, name: string): KnownKey {
  const rule = CONFIGURATION_KEYS[path];
  if (!rule) throw new Error(`${path} is not in the table of keys`);
  const isRead = rule.status === 'built' || rule.status === 'without effect';
  const prefix = `${path}.`;
  return {
    name,
    path,
    rule,
    keys: isRead ? keysUnder(prefix) : new Map(),
    named: isRead ? namedUnder(prefix) : undefined,
  };
}

/** How many letters may differ for a key beside the unknown one to be taken for a slip of the finger. */
const SLIP = 2;

/**
 * The path of the known key that was most likely meant by `name` in `section`: one beside it that differs by a slip, else
 * one of the same name in another section, else the most similar one beside it.
 */
export function nearestKey(name: string, section: KnownKey): string | undefined {
  const wanted = name.toLowerCase();
  const beside = [...section.keys.keys()];
  const similar = beside.length > 0 ? closest(wanted, beside) : undefined;
  const similarPath = similar === undefined ? undefined : section.keys.get(similar)?.path;
  if (similar !== undefined && distance(wanted, similar) <= SLIP) return similarPath;
  return elsewhere(wanted) ?? similarPath;
}

function elsewhere(wanted: string): string | undefined {
  const paths = Object.keys(CONFIGURATION_KEYS).filter((path) => lastName(path).toLowerCase() === wanted);
  return paths.find((path) => CONFIGURATION_KEYS[path]?.status === 'built') ?? paths[0];
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
