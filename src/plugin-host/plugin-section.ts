import { isSection, type Section } from '@berth/sdk';

/** A section of `extensions`, taken apart. */
export interface PluginSection {
  /** The key below `extensions`. */
  readonly key: string;
  /** The package or path that it names; `undefined` for a plugin that comes with the server. */
  readonly specifier: string | undefined;
  /** Whether the server may start without it, where the section says so. */
  readonly required: boolean | undefined;
  /** What the plugin itself reads. */
  readonly values: Section;
}

/** The sections that are enabled, and the keys of those that are turned off, in the order of the file. */
export function readSections(extensions: Section): { enabled: PluginSection[]; disabled: string[] } {
  const enabled: PluginSection[] = [];
  const disabled: string[] = [];
  for (const [key, section] of Object.entries(extensions)) {
    if (!isSection(section)) continue;
    const { enable, plugin, required, ...values } = section;
    if (enable === false) disabled.push(key);
    else
      enabled.push({
        key,
        specifier: typeof plugin === 'string' ? plugin : undefined,
        required: typeof required === 'boolean' ? required : undefined,
        values,
      });
  }
  return { enabled, disabled };
}
