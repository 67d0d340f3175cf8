import { HOOK_KINDS, type HookName, type Plugin } from '@berth/sdk';
import type { PluginError } from './plugin-error.js';
import type { PluginSection } from './plugin-section.js';

/** A plugin that has passed every check, and its part of the configuration. */
export interface LoadedPlugin {
  readonly name: string;
  readonly plugin: Plugin;
  /** An instance of its configuration class, validated and frozen; an empty object where it has none. */
  readonly config: object;
  readonly section: PluginSection;
  /** The folder of its package; `undefined` for a bundled one. */
  readonly root: string | undefined;
}

/** A plugin that could not be used, on a server that starts without it. */
export interface FailedPlugin {
  readonly name: string;
  readonly error: PluginError;
}

/** What the configuration asks for, as far as it could be had. */
export interface Plugins {
  /** In the order of the configuration, which is the order of their gates. */
  readonly loaded: readonly LoadedPlugin[];
  readonly failed: readonly FailedPlugin[];
  readonly disabled: readonly string[];
  /** Loaded, and not constructed here: the others, where each is tried alone. */
  readonly beside?: readonly LoadedPlugin[];
}

export const NO_PLUGINS: Plugins = { loaded: [], failed: [], disabled: [] };

/**
 * True where a server without this plugin would let through what it is there to stop, know nobody whom it is there to know, or be nobody
 * to the upstreams that it is there to log in to: then its failure ends the start.
 */
export function isIndispensable({ plugin, section }: LoadedPlugin): boolean {
  if (section.required) return true;
  const gates = Object.keys(plugin.hooks ?? {}).some((hook) => HOOK_KINDS[hook as HookName] === 'gate');
  const credentials = (plugin.credentialBackends?.length ?? 0) + Object.keys(plugin.upstreamCredentials ?? {}).length;
  return gates || credentials > 0 || plugin.repositoryResolver !== undefined;
}
