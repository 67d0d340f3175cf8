import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configurationSchema } from './json-schema.js';
import { loadConfig } from './load-config.js';

const folder = fileURLToPath(new URL('../../config/', import.meta.url));
const SCHEMA = 'schema.json';
const samples = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== SCHEMA);

describe('the samples in config/', () => {
  it('are those that its README names', async () => {
    const readme = await readFile(`${folder}README.md`, 'utf8');
    const named = [...readme.matchAll(/^- `([a-z]+\.json)`/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual([...samples, SCHEMA].sort());
  });

  it.each(samples)('%s is valid and gives no warning', async (name) => {
    expect((await loadConfig(folder + name)).warnings).toEqual([]);
  });

  it('schema.json is what `berth schema` prints', async () => {
    expect(await readFile(folder + SCHEMA, 'utf8')).toBe(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
  });
});
