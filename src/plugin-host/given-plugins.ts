import type { Plugin, Section, SectionViolation } from '@berth/sdk';
import type { LoadedPlugin, Plugins } from './loaded-plugin.js';
import { checkTogether } from './plugin-checks.js';
import { pluginConfigOf } from './plugin-config.js';
import { PluginLoadError } from './plugin-load-error.js';
import { readSections } from './plugin-section.js';

/** A plugin that is at hand, and its section as a configuration would have it; absent: `{}`. */
export interface GivenPlugin {
  readonly plugin: Plugin;
  readonly section?: Section;
}

/**
 * Plugins that need not be looked for: for tests of a plugin.
 *
 * @throws PluginLoadError with everything that is wrong with them
 */
export function givenPlugins(given: readonly GivenPlugin[]): Plugins {
  const loaded: LoadedPlugin[] = [];
  const violations: SectionViolation[] = [];
  for (const { plugin, section = {} } of given) {
    const [read] = readSections({ [plugin.name]: section }).enabled;
    if (!read) continue;
    const checked = pluginConfigOf(plugin, read);
    if (checked.config)
      loaded.push({ name: plugin.name, plugin, config: checked.config, section: read, root: undefined });
    else violations.push(...checked.violations);
  }
  const errors = checkTogether(loaded);
  if (errors.length > 0 || violations.length > 0) throw new PluginLoadError(errors, violations);
  return { loaded, failed: [], disabled: [] };
}
