import { describe, expect, it } from 'vitest';
import { digestOf, parseRepositoryName, parseTag } from '@berth/sdk';
import type { DamagedBlob } from './damage-record.js';
import { FindingsTable } from './findings-table.js';

const layer = digestOf('sha256', 'a'.repeat(64));
const manifest = digestOf('sha256', 'b'.repeat(64));
const repository = parseRepositoryName('library/app') ?? expect.fail();
const tag = parseTag('v1') ?? expect.fail();

const damaged: DamagedBlob = {
  store: 'default',
  digest: layer,
  size: 3,
  problem: 'digest',
  message: 'it reads as another',
  foundAt: 0,
  seenAt: 0,
  images: [{ repository, digest: manifest, tags: [tag] }],
};

function rowsOf(fill: (table: FindingsTable) => void): string[][] {
  const table = new FindingsTable();
  fill(table);
  return table
    .toString()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

describe('the table of what was found', () => {
  it('is empty where nothing was found', () => {
    expect(new FindingsTable().toString()).toBe('');
  });

  it('has a row for each tag of each image that a damaged blob affects', () => {
    const [head, row] = rowsOf((table) => table.addDamaged(damaged));

    expect(head).toEqual(['REPOSITORY', 'TAG', 'STATUS', 'AFFECTED BLOB', 'ERROR']);
    expect(row).toEqual([repository, 'v1', 'damaged', layer, 'it reads as another']);
  });

  it('names an image without a tag by its digest, and a blob of no image by itself', () => {
    const [, untagged, alone] = rowsOf((table) => {
      table.addDamaged({ ...damaged, images: [{ repository, digest: manifest, tags: [] }] });
      table.addDamaged({ ...damaged, images: [], repairedAt: 1 });
    });

    expect(untagged?.slice(0, 2)).toEqual([repository, manifest]);
    expect(alone?.slice(0, 3)).toEqual(['-', '-', 'repaired']);
  });

  it('has a row for what a manifest names and nobody has', () => {
    const [, row] = rowsOf((table) => table.addMissing([{ repository, manifest, digest: layer, kind: 'config' }]));

    expect(row).toEqual([repository, manifest, 'incomplete', layer, 'the config is not there']);
  });

  it('counts what would be too much to print', () => {
    const rows = rowsOf((table) => {
      for (let count = 0; count < 1003; count++) table.addDamaged(damaged);
    });

    expect(rows.at(-2)).toEqual(['and 3 more']);
  });
});
