import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { IndexTables, PairsTable } from '../tables/index-tables.js';
import { FullText } from '../dialect/full-text.js';
import { IndexDialect } from '../dialect/index-dialect.js';
import { insertRows } from '../tables/insert-rows.js';
import type { Description } from './description.js';
import { IndexMembers } from './index-members.js';

type Tables = Transaction<IndexTables>;

/** What is compared of a value: the rest of a long one is only shown. */
const COMPARED_CHARACTERS = 512;
/** Of the words of one manifest, in characters. */
const MOST_WORDS = 16_384;

/** What manifests are found by beside their names: labels, annotations, platforms, words. An index is found by those of its members. */
@Injectable()
export class ManifestDescriptions {
  constructor(
    private readonly members: IndexMembers,
    private readonly text: FullText,
    private readonly dialect: IndexDialect,
  ) {}

  async refresh(tables: Tables, ids: readonly number[]): Promise<void> {
    const rows = await tables
      .selectFrom('manifests as m')
      .innerJoin('documents as d', 'd.manifest_id', 'm.id')
      .select(['m.id', 'm.kind', 'm.os', 'm.architecture', 'm.variant', 'd.annotations', 'd.labels', 'd.author'])
      .where((e) => this.dialect.isAmong(e.ref('m.id'), ids))
      .execute();
    const described = rows.map((row) => ({ id: row.id, ...ownDescription(row) }));
    const indexes = rows.filter(({ kind }) => kind === 'index').map(({ id }) => id);
    const ofMembers = await this.members.describe(tables, indexes);
    const whole = described.map((own) => joined(own, ofMembers.get(own.id)));
    await tables
      .deleteFrom('pairs')
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
      .execute();
    await tables
      .deleteFrom('platforms')
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
      .execute();
    const pairs = whole.flatMap((one) => one.pairs.map((pair) => ({ manifest_id: one.id, ...pair })));
    if (pairs.length > 0) await insertRows(tables, this.dialect, 'pairs', pairs).execute();
    const platforms = whole.flatMap((one) => one.platforms.map((platform) => ({ manifest_id: one.id, ...platform })));
    if (platforms.length > 0) await insertRows(tables, this.dialect, 'platforms', platforms).execute();
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
