/** Digits that tell so many digests apart that it is worth looking: with fewer, a fifth of them all may be meant. */
const FEWEST = 4;

const ALGORITHMS = ['sha256', 'sha512'] as const;

const WHOLE_OR_BEGINNING = /^(?:(sha256|sha512):)?([0-9a-f]{0,128})$/;

/** The beginnings of digests that `text` may mean, with or without its algorithm; none where it can be no digest. */
export function beginningsOf(text: string): readonly string[] {
  const match = WHOLE_OR_BEGINNING.exec(text.trim().toLowerCase());
  const [, algorithm, hex = ''] = match ?? [];
  if (hex.length < FEWEST) return [];
  const algorithms = algorithm === undefined ? ALGORITHMS : [algorithm];
  return algorithms.map((one) => `${one}:${hex}`);
}
