import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Neither written by us nor in the repository. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'data', 'coverage']);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

/** Every file of the repository as a path from its root, with forward slashes, sorted. */
export function repositoryFiles(): readonly string[] {
  return [...walk(ROOT)].map((path) => relative(ROOT, path).replaceAll('\\', '/')).sort();
}

/** The text of the file at `path` from the root. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** How many lines `text` has; a line feed at its end begins none. */
export function countLines(text: string): number {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}
