/** What a group may begin with that changes nothing of where it may match: `(?i)`, `(?:`. */
const FLAGS = /^\(\?[a-zA-Z]+\)/;
const START = /^(\^|\\A)/;
const END = /(\$|\\z)$/;

/** True where a regular expression may match in the midst of a tag: one that its author may have taken for the whole. */
export function isUnanchored(pattern: string): boolean {
  const bare = withoutGroup(pattern.replace(FLAGS, ''));
  const alternatives = alternativesOf(bare);
  if (alternatives.length > 1) return alternatives.some(isUnanchored);
  if (bare !== pattern.replace(FLAGS, '')) return isUnanchored(bare);
  return !START.test(bare) || !END.test(bare) || isEscapedEnd(bare);
}

/** `\$` is a dollar, and `\\$` a backslash before the end. */
function isEscapedEnd(pattern: string): boolean {
  const backslashes = /(\\*)\$$/.exec(pattern)?.[1] ?? '';
  return backslashes.length % 2 === 1;
}

/** What stands in a group that is all of it. */
function withoutGroup(pattern: string): string {
  const open = /^\((\?:)?/.exec(pattern)?.[0];
  if (open === undefined || !pattern.endsWith(')')) return pattern;
  return closingOf(pattern) === pattern.length - 1 ? pattern.slice(open.length, -1) : pattern;
}

/** Where the group that the pattern begins with ends. */
function closingOf(pattern: string): number {
  let end = -1;
  walk(pattern, (character, at, depth) => {
    if (character === ')' && depth === 0 && end < 0) end = at;
  });
  return end;
}

/** What stands between the bars that are in no group and no class. */
function alternativesOf(pattern: string): readonly string[] {
  const bars: number[] = [];
  walk(pattern, (character, at, depth) => {
    if (character === '|' && depth === 0) bars.push(at);
  });
  return [-1, ...bars].map((bar, index) => pattern.slice(bar + 1, bars[index]));
}

/** `visit` gets what is neither escaped nor in a class, with the number of groups that are open after it. */
function walk(pattern: string, visit: (character: string, at: number, depth: number) => void): void {
  let depth = 0;
  let isInClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '\\') at += 1;
    else if (isInClass) isInClass = character !== ']';
    else {
      if (character === '[') isInClass = true;
      if (character === '(') depth += 1;
      if (character === ')') depth -= 1;
      visit(character, at, depth);
    }
  }
}
