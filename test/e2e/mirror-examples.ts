import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse as readToml } from 'smol-toml';
import { parse as readYaml } from 'yaml';
import { runCommand } from './run-command.js';
import type { ServerSettings } from './use-servers.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/examples/mirror');

/** The upstreams that the page and its examples are about. */
export const REGISTRIES = ['docker.io', 'registry.k8s.io', 'quay.io', 'ghcr.io', 'gcr.io'] as const;
export type Registry = (typeof REGISTRIES)[number];

export const PAGE = readFileSync(join(ROOT, 'docs/mirror.md'), 'utf8');

/** Paths below the folder of the examples. */
export const EXAMPLES: readonly string[] = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + 1))
  .sort();

export function textOf(example: string): string {
  return readFileSync(join(FOLDER, example), 'utf8');
}

/** What an example says, by the language of its name. @throws Error where it says nothing in that language */
export function read(example: string): unknown {
  const text = textOf(example);
  if (example.endsWith('.json')) return JSON.parse(text);
  if (example.endsWith('.yaml')) return readYaml(text);
  return readToml(text);
}

/** The section `sync` of the page for several upstreams, with what stands for each upstream. */
export function settingsOfPage(
  urls: Readonly<Record<Registry, string>>,
  credentialsFile: string,
): Pick<ServerSettings, 'extensions'> {
  const block = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
  const text = block.find((one) => one.includes('hostAliases')) ?? '';
  const replaced = REGISTRIES.reduce((done, name) => done.replaceAll(`"https://${name}"`, `"${urls[name]}"`), text)
    .replace('https://quay-mirror.example.com', urls['quay.io'])
    .replace('/etc/berth/credentials.json', credentialsFile);
  return JSON.parse(replaced) as Pick<ServerSettings, 'extensions'>;
}

/** Writes the examples into `folder` with `host`, which has no TLS, in the place of the mirror. */
export async function writeExamples(folder: string, host: string): Promise<void> {
  for (const example of EXAMPLES) {
    const path = join(folder, example);
    await mkdir(dirname(path), { recursive: true });
    const text = await readFile(join(FOLDER, example), 'utf8');
    await writeFile(path, withoutTls(text.replaceAll('https://mirror.example.com', `http://${host}`), host));
  }
}

function withoutTls(text: string, host: string): string {
  return text.replaceAll(/"mirror\.example\.com(\/.*)"/g, `"${host}$1"\ninsecure = true`);
}

/** An archive that a client can unpack. */
export async function tarOf(folder: string): Promise<Buffer> {
  const content = join(folder, 'content');
  await mkdir(content);
  await writeFile(join(content, 'hello'), 'hello\n');
  await runCommand('tar', ['-C', content, '-cf', join(folder, 'layer.tar'), 'hello']);
  return readFile(join(folder, 'layer.tar'));
}
