import { readFile } from 'node:fs/promises';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';

/** `berth --version`: the version in the package's own package.json, two folders above this one built or not. */
export async function version(console: Console): Promise<number> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed = JSON.parse(text) as { readonly version: string };
  console.out(`berth ${parsed.version}\n`);
  return EXIT.ok;
}
