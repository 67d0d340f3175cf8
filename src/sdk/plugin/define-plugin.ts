import type { PluginDefinition } from './plugin-definition.js';

/** The contract that this SDK speaks. A server takes this number and the one before it. */
export const CONTRACT_VERSION = 1;

/** The same in every copy of the SDK, so that a plugin made by another copy is known for one. */
const PLUGIN_MARK = Symbol.for('berth.plugin');

/** A definition that `definePlugin` has marked. */
export type Plugin<Config extends object = object> = PluginDefinition<Config>;

/** Declares a plugin: the default export of its package. */
export function definePlugin<Config extends object>(definition: PluginDefinition<Config>): Plugin<Config> {
  return Object.freeze(Object.assign({}, definition, { [PLUGIN_MARK]: CONTRACT_VERSION }));
}

/** The contract number `value` was made for; `undefined` where `definePlugin` did not make it. */
export function contractOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !(PLUGIN_MARK in value)) return undefined;
  const mark = value[PLUGIN_MARK];
  return typeof mark === 'number' ? mark : undefined;
}
