import { describeValue, isSection, type Section } from '@berth/sdk';
import type { Violation } from './config-error.js';
import type { KnownKey } from './keys/key-tree.js';

/** What every section may hold beside the plugin's own keys, and which values. */
const COMMON_KEYS = {
  enable: { allowed: 'true or false', fits: (value: unknown) => typeof value === 'boolean' },
  required: { allowed: 'true or false', fits: (value: unknown) => typeof value === 'boolean' },
  plugin: {
    allowed: 'the name of a package, or a path that begins with "./", "../" or "/"',
    fits: (value: unknown) => typeof value === 'string' && value !== '',
  },
} as const;

/**
 * Looks at `extensions`, whose keys name plugins, as far as it is the same for all of them. A section of zot's whose plugin does not
 * exist yet gives a warning and is left out, so that the server starts.
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
    const key = known.keys.get(written.toLowerCase());
    const name = key?.name ?? written;
    const path = `extensions.${name}`;
    if (!isSection(section)) {
      violations.push({ key: path, found: describeValue(section), allowed: 'a section such as { "enable": true }' });
      continue;
    }
    const checked = checkCommonKeys(section, path, violations);
    const isBuilt = key?.rule.status !== 'plugin not built' || checked['plugin'] !== undefined;
    if (isBuilt) values[name] = checked;
    else if (checked['enable'] !== false) warnings.push(`${path}: the plugin is not built yet; the section is ignored`);
  }
  return values;
}

/** The section with its common keys in their own spelling: keys are matched without regard to case, as in zot. */
function checkCommonKeys(section: Section, path: string, violations: Omit<Violation, 'file'>[]): Section {
  const checked: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(section)) {
    const name = written.toLowerCase();
    if (!isCommonKey(name)) {
      checked[written] = value;
      continue;
    }
    const { fits, allowed } = COMMON_KEYS[name];
    checked[name] = value;
    if (!fits(value)) violations.push({ key: `${path}.${name}`, found: describeValue(value), allowed });
  }
  return checked;
}

function isCommonKey(name: string): name is keyof typeof COMMON_KEYS {
  return Object.hasOwn(COMMON_KEYS, name);
}
