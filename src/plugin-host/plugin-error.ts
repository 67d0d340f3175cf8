/** What kept a plugin from being used. Each kind has a message of its own, which the maker of the plugin can act upon. */
export type PluginProblem =
  | 'missing'
  | 'dependency missing'
  | 'broken'
  | 'not a plugin'
  | 'another sdk'
  | 'contract'
  | 'name'
  | 'configuration'
  | 'route clash'
  | 'permission'
  | 'resolver'
  | 'credential helper'
  | 'scanner'
  | 'construction'
  | 'migration';

/** A plugin that cannot be used. */
export class PluginError extends Error {
  override readonly name = 'PluginError';

  constructor(
    readonly plugin: string,
    readonly problem: PluginProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
