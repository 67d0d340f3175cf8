import type { MissingReference } from '@berth/sdk';
import type { DamagedBlob } from './damage-record.js';

const HEAD = ['REPOSITORY', 'TAG', 'STATUS', 'AFFECTED BLOB', 'ERROR'];
/** Rows that are printed: of a store that is damaged throughout, this is enough to know it. */
const PRINTED_ROWS = 1000;

/** What was found, a row for each image that it affects, as zot prints it. */
export class FindingsTable {
  readonly #rows: (readonly string[])[] = [];
  #omitted = 0;

  addDamaged({ digest, images, message, problem, repairedAt }: DamagedBlob): void {
    const unreadable = problem === 'unreadable' ? 'unreadable' : 'damaged';
    const status = repairedAt === undefined ? unreadable : 'repaired';
    if (images.length === 0) this.#add(['-', '-', status, digest, message]);
    for (const image of images) {
      for (const tag of image.tags.length > 0 ? image.tags : [image.digest]) {
        this.#add([image.repository, tag, status, digest, message]);
      }
    }
  }

  addMissing(references: readonly MissingReference[]): void {
    for (const { repository, manifest, digest, kind } of references) {
      this.#add([repository, manifest, 'incomplete', digest, `the ${kind} is not there`]);
    }
  }

  /** Lines that end in line feeds; `''` where nothing was found. */
  toString(): string {
    if (this.#rows.length === 0) return '';
    const rows = [HEAD, ...this.#rows];
    const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    if (this.#omitted > 0) lines.push(`and ${String(this.#omitted)} more`);
    return `${lines.join('\n')}\n`;
  }

  #add(row: readonly string[]): void {
    if (this.#rows.length < PRINTED_ROWS) this.#rows.push(row);
    else this.#omitted += 1;
  }
}
