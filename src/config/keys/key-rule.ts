/** A key that the registry acts on; `caution` warns of a value that does not do what it does in zot. */
export interface BuiltKey {
  readonly status: 'built';
  readonly meaning: string;
  readonly caution?: (value: unknown) => string | undefined;
}

/** A tuning key that is taken and changes nothing: `warning` says so. */
export interface KeyWithoutEffect {
  readonly status: 'without effect';
  readonly warning: string;
}

/** A key that no server starts with, because leaving it out unnoticed could lose data or open a door. */
export interface RefusedKey {
  readonly status: 'refused';
  readonly advice: string;
  /** Values that ask for nothing, and so are taken. */
  readonly off?: readonly unknown[];
  /** The refused section that holds this key. */
  readonly within?: string;
}

/** A key in the section of a plugin that does not exist yet; the section is named in a warning and not read. */
export interface PluginKey {
  readonly status: 'plugin not built';
  readonly plugin: string;
}

/** A key that a plugin of the server reads and checks. */
export interface PluginsKey {
  readonly status: 'plugin';
  readonly plugin: string;
}

export type KeyRule = BuiltKey | KeyWithoutEffect | RefusedKey | PluginKey | PluginsKey;

/** Dotted path to rule. `[]` stands for every entry of a list, `<name>` for a name that the user chooses. */
export type KeyTable = Readonly<Record<string, KeyRule>>;

export function built(meaning: string, caution?: (value: unknown) => string | undefined): BuiltKey {
  return { status: 'built', meaning, ...(caution && { caution }) };
}

export function withoutEffect(warning: string): KeyWithoutEffect {
  return { status: 'without effect', warning };
}

export function refused(advice: string, ...off: readonly unknown[]): RefusedKey {
  return { status: 'refused', advice, ...(off.length > 0 && { off }) };
}

/** A refused section with every key that zot knows in it. */
export function refusedSection(path: string, advice: string, keys: readonly string[]): KeyTable {
  const inside = keys.map((key) => [`${path}.${key}`, { status: 'refused', advice, within: path }] as const);
  return { [path]: refused(advice), ...Object.fromEntries(inside) };
}

/** The keys of one plugin that does not exist yet. */
export function pluginSection(plugin: string, keys: readonly string[]): KeyTable {
  const paths = ['', ...keys.map((key) => `.${key}`)].map((key) => `extensions.${plugin}${key}`);
  return Object.fromEntries(paths.map((path) => [path, { status: 'plugin not built', plugin }]));
}

/** The keys of one plugin that comes with the server. */
export function bundledPlugin(plugin: string, keys: readonly string[]): KeyTable {
  const paths = ['', ...keys.map((key) => `.${key}`)].map((key) => `extensions.${plugin}${key}`);
  return Object.fromEntries(paths.map((path) => [path, { status: 'plugin', plugin }]));
}

/** What the documentation says of a key beside its status. */
export function explainKey(rule: KeyRule): string {
  switch (rule.status) {
    case 'built':
      return rule.meaning;
    case 'without effect':
      return rule.warning;
    case 'refused':
      return rule.within === undefined ? rule.advice + offValues(rule.off) : `part of \`${rule.within}\``;
    case 'plugin':
      return `read by the plugin \`${rule.plugin}\``;
    case 'plugin not built':
      return `the plugin \`${rule.plugin}\` is not built yet; its section is ignored`;
  }
}

function offValues(off: readonly unknown[] = []): string {
  return off.length === 0 ? '' : ` (taken: ${off.map((value) => `\`${JSON.stringify(value)}\``).join(', ')})`;
}
