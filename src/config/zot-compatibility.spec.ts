import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CONFIGURATION_KEYS } from './keys/configuration-keys.js';
import { explainKey } from './keys/key-rule.js';
import { RegistryConfig } from './registry.config.js';

const ROW = /^\| `([^`]+)` \| ([a-z ]+) \| (.+) \|$/;

/** One line per key, so that a difference is printed as the row that is missing or too many. */
async function documentedRows(): Promise<string[]> {
  const text = await readFile(new URL('../../docs/zot-compatibility.md', import.meta.url), 'utf8');
  return text.split('\n').filter((line) => ROW.test(line));
}

function rowsOfTheTable(): string[] {
  return Object.entries(CONFIGURATION_KEYS).map(
    ([path, rule]) => `| \`${path}\` | ${rule.status} | ${explainKey(rule)} |`,
  );
}

/** Every property of the classes as a dotted path; a nested class is found by the type that the compiler recorded. */
function propertyPaths(type: new () => object, prefix = ''): string[] {
  return Object.keys(new type()).flatMap((property) => {
    const path = prefix + property;
    const propertyType: unknown = Reflect.getMetadata('design:type', type.prototype as object, property);
    const isSection = typeof propertyType === 'function' && propertyType.name.endsWith('Config');
    return isSection ? [path, ...propertyPaths(propertyType as new () => object, `${path}.`)] : [path];
  });
}

const TUNING_KEYS = [
  'goVersion',
  'commit',
  'releaseTag',
  'binaryType',
  'storage.remoteCache',
  'storage.fastRestart',
  'storage.subPaths.<route>.remoteCache',
  'storage.subPaths.<route>.fastRestart',
  'scheduler',
  'scheduler.numWorkers',
];

describe('the table of keys', () => {
  it('is what docs/zot-compatibility.md shows, row for row', async () => {
    expect(await documentedRows()).toEqual(rowsOfTheTable());
  });

  it('calls built exactly the properties of the configuration classes', () => {
    // What lies in lists, or below names of the user's own, has its class too, but no default that shows it.
    const built = Object.keys(CONFIGURATION_KEYS).filter(
      (path) => CONFIGURATION_KEYS[path]?.status === 'built' && !/\[\]|</.test(path),
    );
    expect(built.sort()).toEqual(propertyPaths(RegistryConfig).sort());
  });

  it('takes no key without effect but those for tuning', () => {
    const idle = Object.keys(CONFIGURATION_KEYS).filter(
      (path) => CONFIGURATION_KEYS[path]?.status === 'without effect',
    );
    expect(idle).toEqual(TUNING_KEYS);
  });

  it('knows the section that holds each key', () => {
    const paths = Object.keys(CONFIGURATION_KEYS);
    const top = paths.filter((path) => !path.includes('.'));
    for (const path of paths) {
      const section = path.split('.')[0];
      expect(top, path).toContain(section);
    }
  });
});
