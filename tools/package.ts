import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packBerth } from './packaging/berth-package.ts';

/** `npm run package`: packs what was built into one tarball and prints its path. */
const { values } = parseArgs({ options: { out: { type: 'string', default: 'build' } } });
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
console.log(packBerth(fileURLToPath(new URL('..', import.meta.url)), out).path);
