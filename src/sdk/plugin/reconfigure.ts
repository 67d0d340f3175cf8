/** Takes a new section of the configuration without a restart. */
export interface Reconfigure<Config extends object> {
  /**
   * `config` has been validated and frozen. What the plugin injects as its configuration stays the old object: whoever reads it must be
   * told here. A throw keeps the old configuration and is logged.
   */
  reconfigure(config: Config): Promise<void> | void;
}
