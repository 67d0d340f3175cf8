import type { PluginDefinition } from './plugin-definition.js';

/** The contract that this SDK speaks. A server takes this number and the one before it. */
export const CONTRACT_VERSION = 1;

/** The same in every copy of the SDK, so that a plugin made by another copy is known for one. */
const PLUGIN_MARK = Symbol.for('berth.plugin');

/** This copy of the SDK: another one has other injection tokens. */
const THIS_SDK = Object.freeze({ contract: CONTRACT_VERSION });

/** A definition that `definePlugin` has marked. */
export type Plugin<Config extends object = object> = PluginDefinition<Config>;

/** Declares a plugin: the default export of its package. */
export function definePlugin<Config extends object>(definition: PluginDefinition<Config>): Plugin<Config> {
  return Object.freeze(Object.assign({}, definition, { [PLUGIN_MARK]: THIS_SDK }));
}

/** The contract number `value` was made for; `undefined` where `definePlugin` did not make it. */
export function contractOf(value: unknown): number | undefined {
  const mark = markOf(value);
  return typeof mark === 'object' && mark !== null && 'contract' in mark && typeof mark.contract === 'number'
    ? mark.contract
    : undefined;
}

/** True where this copy of the SDK made `value`. */
export function isSameSdk(value: unknown): boolean {
  return markOf(value) === THIS_SDK;
}

function markOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && PLUGIN_MARK in value ? value[PLUGIN_MARK] : undefined;
}
