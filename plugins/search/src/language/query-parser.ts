import { QueryError } from './query-error.js';
import { DEEPEST_QUERY, LONGEST_QUERY, MOST_TERMS } from './query-limits.js';
import type { QueryTree } from './query-tree.js';
import { termOf } from './term-parser.js';
import { type Token, tokensOf } from './tokens.js';

/**
 * What a query asks for:
 *
 * ```
 * or    = and { "OR" and }
 * and   = not { [ "AND" ] not }
 * not   = "NOT" not | "(" or ")" | word
 * ```
 *
 * @throws QueryError where it means nothing, or is more than a server would do for one question; nothing else
 */
export function parseQuery(query: string): QueryTree {
  if (query.length > LONGEST_QUERY) {
    const expected = `a query of at most ${String(LONGEST_QUERY)} characters`;
    throw new QueryError({ position: LONGEST_QUERY, expected, found: query.slice(LONGEST_QUERY) });
  }
  return new Parser(tokensOf(query)).whole();
}

class Parser {
  #at = 0;
  #terms = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): QueryTree {
    if (this.tokens.length === 1) return { kind: 'all' };
    const tree = this.#or(0);
    if (this.#next.kind !== 'end') throw this.#expected('AND, OR or the end of the query');
    return tree;
  }

  get #next(): Token {
    const token = this.tokens[this.#at] ?? this.tokens.at(-1);
    return token ?? { kind: 'end', position: 0, text: '' };
  }

  #or(depth: number): QueryTree {
    const parts = [this.#and(depth)];
    while (this.#next.kind === 'OR') {
      this.#at += 1;
      parts.push(this.#and(depth));
    }
    return joined('or', parts);
  }

  #and(depth: number): QueryTree {
    const parts = [this.#not(depth)];
    for (;;) {
      const { kind } = this.#next;
      if (kind === 'AND') this.#at += 1;
      else if (kind !== 'word' && kind !== '(' && kind !== 'NOT') return joined('and', parts);
      parts.push(this.#not(depth));
    }
  }

  #not(depth: number): QueryTree {
    const token = this.#next;
    if (depth >= DEEPEST_QUERY) throw this.#expected(`at most ${String(DEEPEST_QUERY)} levels of NOT and parentheses`);
    switch (token.kind) {
      case 'NOT':
        this.#at += 1;
        return { kind: 'not', of: this.#not(depth + 1) };
      case '(':
        return this.#parenthesised(depth);
      case 'word':
        return this.#term(token);
      case ')':
      case 'AND':
      case 'OR':
      case 'end':
        throw this.#expected('a word, a field or an opening parenthesis');
    }
  }

  #parenthesised(depth: number): QueryTree {
    this.#at += 1;
    const inner = this.#or(depth + 1);
    if (this.#next.kind !== ')') throw this.#expected('AND, OR or a closing parenthesis');
    this.#at += 1;
    return inner;
  }

  #term(token: Extract<Token, { kind: 'word' }>): QueryTree {
    if (this.#terms >= MOST_TERMS) throw this.#expected(`at most ${String(MOST_TERMS)} terms`);
    this.#terms += 1;
    this.#at += 1;
    return { kind: 'term', term: termOf(token.characters, token.position, token.position + token.text.length) };
  }

  #expected(expected: string): QueryError {
    const { position, text } = this.#next;
    return new QueryError({ position, expected, found: text });
  }
}

function joined(kind: 'and' | 'or', parts: readonly QueryTree[]): QueryTree {
  const [only, ...more] = parts;
  if (only && more.length === 0) return only;
  // `a (b c)` asks for the same as `a b c`.
  return { kind, of: parts.flatMap((part) => (part.kind === kind ? part.of : [part])) };
}
