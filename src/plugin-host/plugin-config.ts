import { deepFreeze, type Plugin, type SectionViolation, validateSection } from '@berth/sdk';
import type { PluginSection } from './plugin-section.js';

export type PluginConfig =
  | { readonly config: object; readonly violations: readonly [] }
  | { readonly config: undefined; readonly violations: readonly SectionViolation[] };

/**
 * The section as the plugin's own class, frozen, or everything that is wrong with it under its keys in the file. `stores`: those that it
 * may name; absent: any.
 */
export function pluginConfigOf(
  { config: type }: Plugin,
  { key, values }: PluginSection,
  stores?: readonly string[],
): PluginConfig {
  const prefix = `extensions.${key}.`;
  if (!type) {
    const violations = Object.keys(values).map((name) => ({
      key: prefix + name,
      found: 'a key',
      allowed: 'none: the plugin takes no configuration',
    }));
    return violations.length > 0 ? { config: undefined, violations } : { config: Object.freeze({}), violations: [] };
  }
  // The plugin may change what it is given while it reads it; what the file says stays as it is.
  const options = { prefix, refuseUnknown: true, stores };
  const { config, violations } = validateSection(type, structuredClone(values), options);
  return violations.length > 0 ? { config: undefined, violations } : { config: deepFreeze(config), violations: [] };
}
