import { Injectable } from '@nestjs/common';
import { type Expression, type ExpressionBuilder, expressionBuilder, sql, type SqlBool } from 'kysely';
import { FullText } from '../dialect/full-text.js';
import { IndexDialect } from '../dialect/index-dialect.js';
import { plainText, type Pattern } from '../language/pattern.js';
import type { Term } from '../language/query-tree.js';
import type { ImagesTable, IndexTables } from '../tables/index-tables.js';
import { isInRange } from './version-condition.js';

/** The rows that a condition is about. */
export type Images = IndexTables & { readonly i: ImagesTable };
type Condition = Expression<SqlBool>;

/** What was found out of a term before it is compiled: it takes more than a statement. */
export interface Resolved {
  /** Of the term `repo`: ids of the repositories that its pattern describes. */
  readonly repositories?: readonly number[];
  /** Of the term `base`: what stands for the layers of each of the images that it means; of `base-of`: for those below the last. */
  readonly chains?: readonly string[];
}

const COMPARISONS = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '=': '=' } as const;
const DAY = 86_400_000;

/** One term as a condition on `images as i`. Every value is bound. */
@Injectable()
export class TermCompiler {
  constructor(
    private readonly dialect: IndexDialect,
    private readonly text: FullText,
  ) {}

  compile(term: Term, resolved: Resolved, now: number): Condition {
    const e = expressionBuilder<Images, 'i'>();
    switch (term.field) {
      case 'text':
        return this.#text(e, term.pattern);
      case 'repo':
        return this.dialect.isAmong(e.ref('i.repository_id'), resolved.repositories ?? []);
      case 'tag':
        return this.dialect.matches(e.ref('i.tag'), term.pattern);
      case 'version':
        return isInRange(e.ref('i.version'), term.range);
      case 'digest':
        return this.#digest(e, term.prefix);
      case 'label':
      case 'annotation':
        return this.#pair(e, term);
      case 'platform':
        return this.#platform(e, term);
      case 'mediatype':
        return this.#ofManifest(e, 'media_type', term.pattern);
      case 'artifacttype':
        return this.#ofManifest(e, 'artifact_type', term.pattern);
      case 'size':
        return e('i.size', COMPARISONS[term.comparison], term.bytes);
      case 'pushed':
        return this.#pushed(e, term, now);
      case 'signed':
        return this.#signed(e, term.isSigned);
      case 'base':
        return this.#base(e, resolved.chains ?? []);
      case 'base-of':
        return this.#baseOf(e, resolved.chains ?? []);
      case 'mirrored-from': {
        const upstream = (r: ExpressionBuilder<IndexTables, 'repositories'>): Condition =>
          this.dialect.matches(r.ref('repositories.upstream'), term.pattern);
        return e('i.repository_id', 'in', e.selectFrom('repositories').select('repositories.id').where(upstream));
      }
    }
  }

  /** In the repository's name, the tag, or the words of labels and annotations. What has a colon may be a name with its tag. */
  #text(e: ExpressionBuilder<Images, 'i'>, pattern: Pattern): Condition {
    const named = e
      .selectFrom('repositories')
      .select('repositories.id')
      .where((r) => this.dialect.holds(r.ref('repositories.name'), pattern));
    const conditions: Condition[] = [e('i.repository_id', 'in', named)];
    const text = plainText(pattern);
    if (text === undefined) {
      conditions.push(this.dialect.matches(e.ref('i.tag'), pattern));
    } else {
      conditions.push(this.text.contains(e.ref('i.id'), 'image', text));
      conditions.push(this.text.contains(e.ref('i.manifest_id'), 'manifest', text));
      if (text.includes(':')) conditions.push(this.dialect.holds(e.ref('i.name'), pattern));
    }
    return e.or(conditions);
  }

  /** A manifest, an index that names it, or an image that has it as its configuration or a layer. */
  #digest(e: ExpressionBuilder<Images, 'i'>, prefix: string): Condition {
    const begins = (column: Expression<string | null>): Condition =>
      this.dialect.matches(column, [{ text: prefix }, '*']);
    const found = e
      .selectFrom('manifests as m')
      .select('m.id as id')
      .where((m) => m.or([begins(m.ref('m.digest')), begins(m.ref('m.config_digest'))]))
      .union(
        e
          .selectFrom('layers as l')
          .select('l.manifest_id as id')
          .where((l) => begins(l.ref('l.digest'))),
      )
      .union(
        e
          .selectFrom('children as c')
          .select('c.manifest_id as id')
          .where((c) => begins(c.ref('c.digest'))),
      );
    return this.#orMember(e, sql`${found}`);
  }

  #pair(e: ExpressionBuilder<Images, 'i'>, term: Extract<Term, { field: 'label' | 'annotation' }>): Condition {
    const { field, key, value } = term;
    let pairs = e.selectFrom('pairs as p').select('p.manifest_id').where('p.key', '=', key).where('p.kind', '=', field);
    if (value) pairs = pairs.where((p) => this.dialect.matches(p.ref('p.value'), value));
    return e('i.manifest_id', 'in', pairs);
  }

  #platform(e: ExpressionBuilder<Images, 'i'>, term: Extract<Term, { field: 'platform' }>): Condition {
    const { os, architecture, variant } = term;
    let platforms = e
      .selectFrom('platforms as p')
      .select('p.manifest_id')
      .where((p) => this.dialect.matches(p.ref('p.os'), os));
    if (architecture) platforms = platforms.where((p) => this.dialect.matches(p.ref('p.architecture'), architecture));
    if (variant) platforms = platforms.where((p) => this.dialect.matches(p.ref('p.variant'), variant));
    return e('i.manifest_id', 'in', platforms);
  }

  #ofManifest(e: ExpressionBuilder<Images, 'i'>, column: 'media_type' | 'artifact_type', pattern: Pattern): Condition {
    const manifests = e
      .selectFrom('manifests as m')
      .select('m.id')
      .where((m) => this.dialect.matches(m.ref(`m.${column}`), pattern));
    return e('i.manifest_id', 'in', manifests);
  }

  /** A greater age is an earlier time. A day is the whole of it. */
  #pushed(e: ExpressionBuilder<Images, 'i'>, term: Extract<Term, { field: 'pushed' }>, now: number): Condition {
    const { comparison } = term;
    if ('age' in term) {
      const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' } as const;
      return e('i.pushed_at', turned[comparison], Math.round(now - term.age));
    }
    const [start, end] = [term.day, term.day + DAY];
    switch (comparison) {
      case '<':
        return e('i.pushed_at', '<', start);
      case '<=':
        return e('i.pushed_at', '<', end);
      case '>':
        return e('i.pushed_at', '>=', end);
      case '>=':
        return e('i.pushed_at', '>=', start);
      case '=':
        return e.and([e('i.pushed_at', '>=', start), e('i.pushed_at', '<', end)]);
    }
  }

  #signed(e: ExpressionBuilder<Images, 'i'>, isSigned: boolean): Condition {
    const signed = e.selectFrom('manifests as m').select('m.id').where('m.signatures', '>', 0);
    return e('i.manifest_id', isSigned ? 'in' : 'not in', signed);
  }

  /** Images that have all layers of the base at their beginning, and more. */
  #base(e: ExpressionBuilder<Images, 'i'>, chains: readonly string[]): Condition {
    if (chains.length === 0) return sql<SqlBool>`false`;
    const derived = e
      .selectFrom('layers as l')
      .innerJoin('manifests as m', 'm.id', 'l.manifest_id')
      .select('m.id as id')
      .where('l.chain', 'in', chains)
      .whereRef('m.layer_count', '>', (l) => l('l.position', '+', 1));
    return this.#orMember(e, sql`${derived}`);
  }

  #baseOf(e: ExpressionBuilder<Images, 'i'>, chains: readonly string[]): Condition {
    if (chains.length === 0) return sql<SqlBool>`false`;
    const bases = e.selectFrom('manifests as m').select('m.id as id').where('m.chain', 'in', chains);
    return this.#orMember(e, sql`${bases}`);
  }

  /** True of images of these manifests, and of indexes that name them. */
  #orMember(e: ExpressionBuilder<Images, 'i'>, manifests: Expression<unknown>): Condition {
    return sql<SqlBool>`(${e.ref('i.manifest_id')} in (${manifests}) or ${e.ref('i.manifest_id')} in (
      select c.manifest_id from children as c
      join manifests as held on held.digest = c.digest and held.repository_id = c.repository_id
      where held.id in (${manifests})))`;
  }
}
