import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countLines, repositoryFiles, textOf } from './repository-files.js';

const MOST_LINES = 20;

const files = repositoryFiles();
const readmes = new Set(files.filter((path) => path.endsWith('/README.md')));

/** The folders of src that hold code, and those right below them: src/content and src/content/blobs, no deeper. */
function foldersOfSource(): readonly string[] {
  const folders = new Set<string>();
  for (const path of files) {
    const parts = dirname(path).split('/');
    if (parts[0] !== 'src' || !path.endsWith('.ts')) continue;
    for (const depth of [2, 3]) {
      if (parts.length >= depth) folders.add(parts.slice(0, depth).join('/'));
    }
  }
  return [...folders].sort();
}

describe('a folder of src', () => {
  it.each(foldersOfSource())('%s opens with a README.md', (folder) => {
    expect(readmes).toContain(`${folder}/README.md`);
  });
});

describe('the README.md of a folder', () => {
  const ofFolders = [...readmes].filter((path) => /^(src|test|tools)\//.test(path));

  it.each(ofFolders)(`%s has at most ${MOST_LINES} lines`, (path) => {
    expect(countLines(textOf(path))).toBeLessThanOrEqual(MOST_LINES);
  });
});
