import { describe, expect, it } from 'vitest';
import { countLines, repositoryFiles, textOf } from './repository-files.js';

const LONGEST_ALLOWED = 300;

interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

const sources: readonly SourceFile[] = repositoryFiles()
  .filter((path) => /\.(ts|mts|js|mjs|cjs|tsx)$/.test(path))
  .map((path) => ({ path, lines: countLines(textOf(path)) }))
  .sort((left, right) => left.lines - right.lines);

/** The number of lines that nine of ten `files`, sorted by it, do not exceed. */
function ninetiethPercentile(files: readonly SourceFile[]): number {
  return files[Math.ceil(files.length * 0.9) - 1]?.lines ?? 0;
}

describe('source files', () => {
  it('are there to be measured', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it(`have at most ${LONGEST_ALLOWED} lines`, () => {
    expect(sources.filter((file) => file.lines > LONGEST_ALLOWED)).toEqual([]);
  });

  it('nine of ten have at most 200 lines', () => {
    const p90 = ninetiethPercentile(sources);
    const longest = sources.at(-1);
    process.stdout.write(`lines per file: p90 ${p90}, longest ${longest?.lines ?? 0} (${longest?.path ?? 'none'})\n`);
    expect(p90).toBeLessThanOrEqual(200);
  });
});
