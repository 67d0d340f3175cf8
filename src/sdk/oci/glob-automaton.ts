import { parseGlob } from './glob-pattern.js';
import { advance, compileGlob, skip, type Step } from './glob-steps.js';

/** A pattern over repository names as places, and where characters lead from each: for questions about all names at once. */
export class GlobAutomaton {
  /** Where a name begins. */
  readonly start: readonly number[];
  readonly size: number;
  readonly #ends = new Set<number>();
  readonly #homes: readonly { readonly steps: readonly Step[]; readonly base: number }[];
  readonly #known = new Map<string, readonly number[]>();

  private constructor(programs: readonly (readonly Step[])[]) {
    const start: number[] = [];
    const homes: { readonly steps: readonly Step[]; readonly base: number }[] = [];
    let base = 0;
    for (const steps of programs) {
      const places = new Uint8Array(steps.length + 1);
      places[0] = 1;
      start.push(...reached(steps, base, places));
      this.#ends.add(base + steps.length);
      for (let at = 0; at <= steps.length; at++) homes.push({ steps, base });
      base += steps.length + 1;
    }
    this.start = start;
    this.size = base;
    this.#homes = homes;
  }

  /** `undefined` where `pattern` is malformed. */
  static of(pattern: string): GlobAutomaton | undefined {
    const programs = parseGlob(pattern);
    return programs && new GlobAutomaton(programs.map(compileGlob));
  }

  /** Whether a name may end there. */
  isEnd(place: number): boolean {
    return this.#ends.has(place);
  }

  /** The places that `character` leads to from `place`. */
  next(place: number, character: string): readonly number[] {
    const key = `${character}${place}`;
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#find(place, character);
    this.#known.set(key, found);
    return found;
  }

  #find(place: number, character: string): readonly number[] {
    const home = this.#homes[place];
    const step = home?.steps[place - home.base];
    if (!home || !step) return [];
    const places = new Uint8Array(home.steps.length + 1);
    advance(step, place - home.base, character, places);
    return reached(home.steps, home.base, places);
  }
}

function reached(steps: readonly Step[], base: number, places: Uint8Array): readonly number[] {
  skip(steps, places);
  return Array.from(places.keys())
    .filter((at) => places[at] === 1)
    .map((at) => base + at);
}
