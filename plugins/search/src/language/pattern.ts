/** A piece of a pattern: text as it stands, any characters (`*`), or one (`?`). */
export type PatternPiece = { readonly text: string } | '*' | '?';

/** What a text is compared with. Without a star or a question mark it is a plain text. */
export type Pattern = readonly PatternPiece[];

/** The text of a pattern that is one; `undefined` where it has a wildcard. */
export function plainText(pattern: Pattern): string | undefined {
  let text = '';
  for (const piece of pattern) {
    if (typeof piece === 'string') return undefined;
    text += piece.text;
  }
  return text;
}

/** What every text begins with that the pattern describes. */
export function literalPrefix(pattern: Pattern): string {
  const [first] = pattern;
  return first !== undefined && typeof first === 'object' ? first.text : '';
}

/** As SQL's GLOB takes it: what is special there stands in brackets. https://sqlite.org/lang_expr.html#glob */
export function globOf(pattern: Pattern): string {
  return pattern
    .map((piece) => (typeof piece === 'string' ? piece : piece.text.replace(/[*?[]/g, (special) => `[${special}]`)))
    .join('');
}

/** As a glob over repository names, where a star does not go over a slash and two do. */
export function repositoryGlobOf(pattern: Pattern): string {
  return pattern
    .map((piece) =>
      typeof piece === 'string' ? piece : piece.text.replace(/[\\*?[\]{}]/g, (special) => `\\${special}`),
    )
    .join('');
}

/** Pieces of text that stand beside each other are one. */
export function joinedPattern(pieces: readonly PatternPiece[]): Pattern {
  const joined: PatternPiece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'object' && typeof last === 'object')
      joined[joined.length - 1] = { text: last.text + piece.text };
    else if (typeof piece === 'string' || piece.text !== '') joined.push(piece);
  }
  return joined;
}
