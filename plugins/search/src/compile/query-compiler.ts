import { Injectable } from '@nestjs/common';
import { type Expression, expressionBuilder, sql, type SqlBool } from 'kysely';
import type { Pattern } from '../language/pattern.js';
import type { QueryTree, Term } from '../language/query-tree.js';
import type { ReadScope } from '../read/read-scope.js';
import { BaseResolver } from './base-resolver.js';
import { RepositoryResolver } from './repository-resolver.js';
import { type Images, type Resolved, TermCompiler } from './term-compiler.js';

export interface CompileContext {
  readonly scope: ReadScope;
  /** What ages count from; milliseconds since the epoch. */
  readonly now: number;
}

/** Terms that ask for what is left aside otherwise. */
const ASKS_ASIDE: ReadonlySet<Term['field']> = new Set(['digest', 'mediatype', 'artifacttype']);

/** A query as a condition on `images as i`, with nothing in it of what may be read. */
@Injectable()
export class QueryCompiler {
  constructor(
    private readonly terms: TermCompiler,
    private readonly repositories: RepositoryResolver,
    private readonly bases: BaseResolver,
  ) {}

  async compile(tree: QueryTree, context: CompileContext): Promise<Expression<SqlBool>> {
    const condition = await this.#compile(tree, context);
    if (termsOf(tree).some(({ field }) => ASKS_ASIDE.has(field))) return condition;
    const e = expressionBuilder<Images, 'i'>();
    return e.and([e('i.is_aside', '=', 0), condition]);
  }

  async #compile(tree: QueryTree, context: CompileContext): Promise<Expression<SqlBool>> {
    const e = expressionBuilder<Images, 'i'>();
    switch (tree.kind) {
      case 'all':
        return sql<SqlBool>`true`;
      case 'term':
        return this.terms.compile(tree.term, await this.#resolve(tree.term, context), context.now);
      case 'not':
        // A term of what an image has not got may be null, which is neither true nor false.
        return sql<SqlBool>`not coalesce(${await this.#compile(tree.of, context)}, false)`;
      case 'and':
        return e.and(await this.#all(tree.of, context));
      case 'or':
        return e.or(await this.#all(tree.of, context));
    }
  }

  async #all(trees: readonly QueryTree[], context: CompileContext): Promise<Expression<SqlBool>[]> {
    const conditions: Expression<SqlBool>[] = [];
    for (const tree of trees) conditions.push(await this.#compile(tree, context));
    return conditions;
  }

  async #resolve(term: Term, { scope }: CompileContext): Promise<Resolved> {
    if (term.field === 'repo') return { repositories: await this.repositories.matching(term.pattern) };
    if (term.field === 'base') return { chains: await this.bases.chainsOf(term, scope) };
    if (term.field === 'base-of') return { chains: await this.bases.chainsBelow(term, scope) };
    return {};
  }
}

/** All terms of a query. */
export function termsOf(tree: QueryTree): readonly Term[] {
  switch (tree.kind) {
    case 'all':
      return [];
    case 'term':
      return [tree.term];
    case 'not':
      return termsOf(tree.of);
    case 'and':
    case 'or':
      return tree.of.flatMap(termsOf);
  }
}

/** Words that an image is to have, rather than not to have: what relevance is measured by. */
export function wantedWords(tree: QueryTree): readonly Pattern[] {
  switch (tree.kind) {
    case 'all':
    case 'not':
      return [];
    case 'term':
      return tree.term.field === 'text' ? [tree.term.pattern] : [];
    case 'and':
    case 'or':
      return tree.of.flatMap(wantedWords);
  }
}
