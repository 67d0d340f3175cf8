import { readFileSync } from 'node:fs';

let known: string | undefined;

/** The version of the server: the plugin comes with it and has its version. */
export function serverVersion(): string {
  if (known === undefined) {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    known = (JSON.parse(text) as { readonly version: string }).version;
  }
  return known;
}
