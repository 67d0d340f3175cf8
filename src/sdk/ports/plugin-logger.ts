export type PluginLogFields = Readonly<Record<string, unknown>>;

/** The server's log, each line marked with the plugin it is from. An error goes under `err`. */
export abstract class PluginLogger {
  abstract debug(message: string, fields?: PluginLogFields): void;
  abstract info(message: string, fields?: PluginLogFields): void;
  abstract warn(message: string, fields?: PluginLogFields): void;
  abstract error(message: string, fields?: PluginLogFields): void;
}
