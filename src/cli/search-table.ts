import type { Section } from '@berth/sdk';

const HEAD = ['IMAGE', 'DIGEST', 'PLATFORMS', 'SIZE', 'PUSHED', 'SIGNED', 'PULLS'] as const;
/** Characters of a digest that tell images apart. */
const DIGEST_LENGTH = 'sha256:'.length + 12;
const LONGEST_CELL = 100;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** What was found, a row for each image; nothing where nothing was. */
export class SearchTable {
  constructor(private readonly images: readonly Section[]) {}

  toString(): string {
    if (this.images.length === 0) return '';
    const rows = [[...HEAD], ...this.images.map(rowOf)];
    const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
    return rows
      .map(
        (row) =>
          `${row
            .map((cell, at) => cell.padEnd(widths[at] ?? 0))
            .join('  ')
            .trimEnd()}\n`,
      )
      .join('');
  }
}

function rowOf(image: Section): string[] {
  const { repository, tag, digest, platforms, size, pushedAt, signatures, pulls } = image;
  const name = `${textOf(repository)}${typeof tag === 'string' ? `:${tag}` : `@${textOf(digest)}`}`;
  return [
    name,
    textOf(digest).slice(0, DIGEST_LENGTH),
    Array.isArray(platforms) ? platforms.map(textOf).join(' ') : '',
    typeof size === 'number' ? sizeOf(size) : '',
    textOf(pushedAt).slice(0, 'yyyy-mm-dd'.length),
    typeof signatures === 'number' && signatures > 0 ? 'yes' : 'no',
    typeof pulls === 'number' ? String(pulls) : '',
  ].map(cellOf);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** On one line, whatever the server says. */
function cellOf(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').slice(0, LONGEST_CELL);
}

function sizeOf(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** unit;
  return `${unit === 0 ? String(bytes) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
