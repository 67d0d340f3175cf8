import { Injectable } from '@nestjs/common';
import type { Insertable, Transaction } from 'kysely';
import type { IndexTables, PairsTable, PlatformsTable } from '../tables/index-tables.js';
import { FullText } from '../dialect/full-text.js';
import type { Description } from './description.js';
import { IndexMembers } from './index-members.js';

type Tables = Transaction<IndexTables>;

/** What is compared of a value: the rest of a long one is only shown. */
const COMPARED_CHARACTERS = 512;
/** Of the words of one manifest, in characters. */
const MOST_WORDS = 16_384;
const ROWS_PER_STATEMENT = 200;

/** What manifests are found by beside their names: labels, annotations, platforms, words. An index is found by those of its members. */
@Injectable()
export class ManifestDescriptions {
  constructor(
    private readonly members: IndexMembers,
    private readonly text: FullText,
  ) {}

  async refresh(tables: Tables, ids: readonly number[]): Promise<void> {
    const rows = await tables
      .selectFrom('manifests as m')
      .innerJoin('documents as d', 'd.manifest_id', 'm.id')
      .select(['m.id', 'm.kind', 'm.os', 'm.architecture', 'm.variant', 'd.annotations', 'd.labels', 'd.author'])
      .where('m.id', 'in', ids)
      .execute();
    const described = rows.map((row) => ({ id: row.id, ...ownDescription(row) }));
    const indexes = rows.filter(({ kind }) => kind === 'index').map(({ id }) => id);
    const ofMembers = await this.members.describe(tables, indexes);
    const whole = described.map((own) => joined(own, ofMembers.get(own.id)));
    await tables.deleteFrom('pairs').where('manifest_id', 'in', ids).execute();
    await tables.deleteFrom('platforms').where('manifest_id', 'in', ids).execute();
    const pairs = whole.flatMap((one) => one.pairs.map((pair) => ({ manifest_id: one.id, ...pair })));
    for (const slice of slices<Insertable<PairsTable>>(pairs)) await tables.insertInto('pairs').values(slice).execute();
    const platforms = whole.flatMap((one) => one.platforms.map((platform) => ({ manifest_id: one.id, ...platform })));
    for (const slice of slices<Insertable<PlatformsTable>>(platforms))
      await tables.insertInto('platforms').values(slice).execute();
    const texts = whole.map((one) => ({ id: one.id, words: wordsOf(one) }));
    await this.text.put(tables, 'manifest', texts);
  }
}

interface DescribedRow {
  readonly os: string | null;
  readonly architecture: string | null;
  readonly variant: string | null;
  readonly annotations: string;
  readonly labels: string;
  readonly author: string | null;
}

function ownDescription({ os, architecture, variant, annotations, labels, author }: DescribedRow): Description {
  const pairs = (kind: PairsTable['kind'], text: string) =>
    Object.entries(JSON.parse(text) as Record<string, string>).map(([key, value]) => ({
      kind,
      key,
      value: value.slice(0, COMPARED_CHARACTERS),
    }));
  return {
    pairs: [...pairs('label', labels), ...pairs('annotation', annotations)],
    platforms:
      os !== null && architecture !== null && os !== 'unknown' ? [{ os, architecture, variant: variant ?? '' }] : [],
    author,
  };
}

function joined(own: Description & { readonly id: number }, more: Description | undefined): typeof own {
  if (!more) return own;
  return {
    ...own,
    pairs: distinct([...own.pairs, ...more.pairs]),
    platforms: distinct([...own.platforms, ...more.platforms]),
  };
}

function distinct<Value extends object>(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(Object.values(value)), value])).values()];
}

function wordsOf({ pairs, author }: Description): string {
  const values = new Set([author ?? '', ...pairs.map(({ value }) => value)]);
  return [...values].join('\n').slice(0, MOST_WORDS);
}

function* slices<Row>(rows: readonly Row[]): Iterable<readonly Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
}
