import { GlobAutomaton } from './glob-automaton.js';
import { REPOSITORY_NAME_MAX_LENGTH } from './repository-name.js';

/** Whether there is a repository name that two patterns both describe. */
export type GlobOverlap =
  | { readonly outcome: 'disjoint' }
  /** `example`: one of the shortest of those names. */
  | { readonly outcome: 'overlap'; readonly example: string }
  /** The patterns are too large to tell. */
  | { readonly outcome: 'unknown' };

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const CHARACTERS = Array.from(`${LETTERS}._-/`);

/** Where in a repository name one may be, and what may follow: the grammar of the spec as a table. */
const GRAMMAR = {
  begin: { letter: 'word' },
  word: { letter: 'word', '.': 'dot', _: 'underscore', '-': 'dash', '/': 'begin' },
  dot: { letter: 'word' },
  underscore: { letter: 'word', _: 'underscores' },
  underscores: { letter: 'word' },
  dash: { letter: 'word', '-': 'dash' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

type NamePart = keyof typeof GRAMMAR;

const NAME_PARTS = Object.keys(GRAMMAR);
const FOLLOWING = new Map(
  Object.entries(GRAMMAR).map(([part, following]) => [
    part as NamePart,
    new Map<string, NamePart>(Object.entries(following)),
  ]),
);

/** Places of both patterns and the grammar together, more than any two patterns have that a person has written. */
const MOST_STATES = 50_000;

interface State {
  readonly left: number;
  readonly right: number;
  readonly part: NamePart;
  /** The way here. */
  readonly before: State | undefined;
  readonly character: string;
  readonly length: number;
}

/** Looks at all names at once, the short ones first. A malformed pattern describes no name. */
export function overlapOf(left: string, right: string): GlobOverlap {
  const automata = [GlobAutomaton.of(left), GlobAutomaton.of(right)] as const;
  const [ofLeft, ofRight] = automata;
  if (!ofLeft || !ofRight) return { outcome: 'disjoint' };
  const seen = new Set<number>();
  const states: State[] = [];
  const visit = (state: State): void => {
    const key = (state.left * ofRight.size + state.right) * NAME_PARTS.length + NAME_PARTS.indexOf(state.part);
    if (seen.has(key)) return;
    seen.add(key);
    states.push(state);
  };
  const begin = { part: 'begin', before: undefined, character: '', length: 0 } as const;
  for (const [l, r] of pairsOf(ofLeft.start, ofRight.start)) visit({ ...begin, left: l, right: r });
  for (const state of states) {
    if (state.part === 'word' && ofLeft.isEnd(state.left) && ofRight.isEnd(state.right)) {
      return { outcome: 'overlap', example: nameAt(state) };
    }
    if (states.length > MOST_STATES) return { outcome: 'unknown' };
    if (state.length === REPOSITORY_NAME_MAX_LENGTH) continue;
    for (const character of CHARACTERS) {
      const part = partAfter(state.part, character);
      if (!part) continue;
      const places = pairsOf(ofLeft.next(state.left, character), ofRight.next(state.right, character));
      for (const [l, r] of places) {
        visit({ left: l, right: r, part, before: state, character, length: state.length + 1 });
      }
    }
  }
  return { outcome: 'disjoint' };
}

function partAfter(part: NamePart, character: string): NamePart | undefined {
  return FOLLOWING.get(part)?.get(LETTERS.includes(character) ? 'letter' : character);
}

function pairsOf(lefts: readonly number[], rights: readonly number[]): readonly (readonly [number, number])[] {
  return lefts.flatMap((left) => rights.map((right) => [left, right] as const));
}

function nameAt(state: State): string {
  let name = '';
  for (let at: State | undefined = state; at; at = at.before) name = at.character + name;
  return name;
}
