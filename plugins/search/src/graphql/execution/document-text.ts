import { GraphQLError, Lexer, Source, type Token, TokenKind } from 'graphql';

/** No query that somebody writes has more: a client's largest has some hundred. */
const MOST_TOKENS = 10_000;
/** How deep brackets may lie in each other: whoever parses them recurs as deep. */
const MOST_NESTED = 100;

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * The text of a document, fit for the parser: bounded, and without empty lists of arguments. Those the grammar does not have, but zot's
 * server takes them and its command-line client sends one with every command: `__schema() {…}`.
 *
 * @throws GraphQLError for what is too large, too deep, or has characters that no document has
 */
export function documentText(text: string): string {
  const lexer = new Lexer(new Source(text));
  const empty: { readonly start: number; readonly end: number }[] = [];
  let tokens = 0;
  let depth = 0;
  let before: Token = lexer.token;
  while (lexer.advance().kind !== TokenKind.EOF) {
    const { token } = lexer;
    tokens += 1;
    if (OPENING.has(token.kind)) depth += 1;
    if (CLOSING.has(token.kind)) depth -= 1;
    if (tokens > MOST_TOKENS) throw new GraphQLError(`the query has more than ${String(MOST_TOKENS)} tokens`);
    if (depth > MOST_NESTED) throw new GraphQLError(`the query is nested more than ${String(MOST_NESTED)} deep`);
    if (before.kind === TokenKind.PAREN_L && token.kind === TokenKind.PAREN_R) {
      empty.push({ start: before.start, end: token.end });
    }
    before = token;
  }
  return empty.reduce(blanked, text);
}

/** As long as before, so that errors name the places that the client knows. */
function blanked(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return text.slice(0, start) + text.slice(start, end).replaceAll(/[()]/g, ' ') + text.slice(end);
}
