import { closest, distance } from 'fastest-levenshtein';
import type { Violation } from './config-error.js';
import { describeValue } from './describe-value.js';
import type { KnownKey } from './keys/key-tree.js';
import { isSection, type Section } from './section.js';

/**
 * Looks at `extensions`, whose keys name plugins: a section for a plugin that does not exist gives a warning and not a
 * violation, so that the server starts. `"enable": false` says nothing is wanted, and so gives none.
 */
export function checkExtensions(
  extensions: Section,
  known: KnownKey,
  violations: Omit<Violation, 'file'>[],
  warnings: string[],
): Section {
  const values: Record<string, unknown> = {};
  for (const [written, section] of Object.entries(extensions)) {
    if (section === null) continue;
    const name = known.keys.get(written.toLowerCase())?.name ?? written;
    const path = `extensions.${name}`;
    if (!isSection(section)) {
      violations.push({ key: path, found: describeValue(section), allowed: 'a section such as { "enable": true }' });
      continue;
    }
    values[name] = section;
    const enable = Object.entries(section).find(([key]) => key.toLowerCase() === 'enable')?.[1] ?? true;
    if (typeof enable !== 'boolean') {
      violations.push({ key: `${path}.enable`, found: describeValue(enable), allowed: 'true or false' });
    } else if (enable) {
      warnings.push(`${path}: the plugin is not built yet; the section is ignored${meant(name, known)}`);
    }
  }
  return values;
}

function meant(name: string, known: KnownKey): string {
  if (known.keys.has(name.toLowerCase())) return '';
  const nearest = closest(name.toLowerCase(), [...known.keys.keys()]);
  return distance(name.toLowerCase(), nearest) <= 2 ? ` (was "${nearest}" meant?)` : '';
}
