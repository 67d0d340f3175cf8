import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineSink } from '../../../../test/kit/line-sink.js';
import { until } from '../../../../test/spec/until.js';
import { aKey, jwksOf, pemOf } from '../../../../test/tokens/sample-keys.js';
import { RegistryLogger } from '../../../logging/registry-logger.js';
import { FileKeys } from './file-keys.js';

let folder: string;
let path: string;
let lines: LineSink;
let keys: FileKeys | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-keys-'));
  path = join(folder, 'keys');
  lines = new LineSink();
});
afterEach(async () => {
  keys?.close();
  await rm(folder, { recursive: true });
});

/** Opens the file; `changed` resolves at the next change of keys. */
async function open(): Promise<{ readonly changed: Promise<unknown> }> {
  const { promise: changed, resolve } = Promise.withResolvers<undefined>();
  keys = await FileKeys.open(path, {
    logger: new RegistryLogger(lines.output, 'info'),
    onChange: () => {
      resolve(undefined);
    },
  });
  return { changed };
}

async function replaceFile(text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

const find = async (kid: string) => (await keys?.find({ alg: 'ES256', kid }))?.outcome;
describe('keys in a file', () => {
  it('are read again when the file is replaced', async () => {
    await writeFile(path, JSON.stringify(jwksOf(aKey('ES256', 'old'))));
    const { changed } = await open();
    expect([await find('old'), await find('new')]).toEqual(['found', 'unknown']);

    await replaceFile(JSON.stringify(jwksOf(aKey('ES256', 'new'))));
    await changed;

    expect([await find('old'), await find('new')]).toEqual(['unknown', 'found']);
  });

  it('are kept where the new file is broken, which the log says', async () => {
    await writeFile(path, pemOf(aKey().publicKey));
    await open();
    await replaceFile('broken');
    await until('the log says so', () =>
      lines.all.some(({ msg }) => msg === 'kept the keys of tokens: the new ones are broken'),
    );

    expect(await find('any')).toBe('found');
  });

  it('that are missing or broken at the start are named', async () => {
    await expect(open()).rejects.toThrow(`Cannot use ${path} for the keys of tokens: ENOENT`);
    await writeFile(path, '{}');
    await expect(open()).rejects.toThrow('it is no JWKS');
  });
});
