import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deepFreeze, describeValue, fingerprintOf, isSection, type Section } from '@berth/sdk';
import { checkKeys } from './check-keys.js';
import { checkValues } from './check-values.js';
import { ConfigError, type Violation, WHOLE_FILE } from './config-error.js';

import { parseConfigText } from './parse-config-text.js';
import type { RegistryConfig } from './registry.config.js';

/** A configuration that can be served. */
export interface LoadedConfig {
  /** Frozen, all that is in it too. */
  readonly config: RegistryConfig;
  /** Absolute path of the file it came from. */
  readonly path: string;
  /** Of the file's bytes. */
  readonly fingerprint: string;
  /** One line each, to be logged: keys without effect, plugins that do not exist. */
  readonly warnings: readonly string[];
}

/** The file that is served where none is named. */
export const DEFAULT_CONFIG_PATH = fileURLToPath(new URL('../../config/berth.json', import.meta.url));

/**
 * Reads and checks the configuration file at `path`, relative to the working directory, or the one that comes with the
 * package.
 *
 * @throws ConfigError with everything that is wrong with the file, keys and values alike.
 */
export async function loadConfig(path: string = DEFAULT_CONFIG_PATH): Promise<LoadedConfig> {
  const text = await readText(path);
  const section = await readSection(path, text);
  const keys = checkKeys(section);
  const { config, violations } = checkValues(keys.values);
  const all = [...keys.violations, ...violations];
  if (all.length > 0) throw new ConfigError(all.map((violation) => ({ file: path, ...violation })));
  return {
    config: deepFreeze(config),
    path: resolve(path),
    fingerprint: fingerprintOf(text),
    warnings: Object.freeze([...keys.warnings]),
  };
}

async function readSection(path: string, text: string): Promise<Section> {
  const parsed = await parseConfigText(text, path);
  if (!('value' in parsed)) throw new ConfigError([wholeFile(path, parsed.found, parsed.allowed)]);
  if (isSection(parsed.value)) return parsed.value;
  const found = parsed.value === null ? 'an empty file' : describeValue(parsed.value);
  throw new ConfigError([wholeFile(path, found, 'an object with keys such as "storage" and "http"')]);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const found = cause instanceof Error && 'code' in cause ? READ_ERRORS[String(cause.code)] : undefined;
    throw new ConfigError([wholeFile(path, found ?? String(cause), 'a file that can be read')], { cause });
  }
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that this user may not read',
};

function wholeFile(file: string, found: string, allowed: string): Violation {
  return { file, key: WHOLE_FILE, found, allowed };
}
