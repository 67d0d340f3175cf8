import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';

/** Lies beside `dist` in a packed Berth, and is made when that is packed. */
const TEMPLATE = new URL('../../plugin-template/', import.meta.url);

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Files of the template that may carry its name; the others are copied as they are. */
const TEXT = /\.(ts|json|md)$/;

/** npm leaves files of these names out of a package, so there they have others. */
const RENAMED = [
  ['gitignore', '.gitignore'],
  ['lock.json', 'package-lock.json'],
] as const;

export interface NewPluginOptions {
  /** Where it is written; default: a folder of the plugin's name below the current one. It is made, or is empty. */
  readonly folder: string | undefined;
  /** Where the template lies; default: in the package of this server. */
  readonly template?: string | URL;
}

/** `berth plugin new <name> [folder]`: writes the repository of a plugin that installs, builds and tests without a network. */
export async function newPlugin(name: string, options: NewPluginOptions, console: Console): Promise<number> {
  const folder = resolve(options.folder ?? name);
  const fault = await faultOf(name, folder);
  if (fault !== undefined) {
    console.err(`berth: ${fault}\n`);
    return EXIT.failure;
  }
  const template = options.template ?? TEMPLATE;
  if ((await entriesOf(template)).length === 0) {
    console.err(
      'berth: this Berth was not packed, so that it has no template of a plugin: make one with `npm run package`\n',
    );
    return EXIT.failure;
  }
  await mkdir(folder, { recursive: true });
  await cp(template, folder, { recursive: true });
  for (const [from, to] of RENAMED) await rename(join(folder, from), join(folder, to));
  await nameFiles(folder, name);
  console.out(`${folder}\n\nNext: npm ci, npm test, npx berth plugin pack; README.md says what each is for.\n`);
  return EXIT.ok;
}

async function faultOf(name: string, folder: string): Promise<string | undefined> {
  if (!NAME.test(name))
    return `the name of a plugin is lower-case words joined by dashes, which ${JSON.stringify(name)} is not`;
  return (await entriesOf(folder)).length > 0 ? `${folder} is not empty` : undefined;
}

/** `[]` where there is no folder. */
async function entriesOf(folder: string | URL): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
}

/** Puts `name` where the template says `template`, which it says of nothing else. */
async function nameFiles(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    const packaged = text.replaceAll('@berth/plugin-template', `berth-plugin-${name}`);
    // In a lock the word may be part of another package's name.
    const named = entry.name.endsWith('.json') ? packaged : packaged.replaceAll(/\btemplate\b/g, name);
    if (named !== text) await writeFile(path, named);
  }
}
