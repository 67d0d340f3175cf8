export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** No header is read further: what is longer is an attack on whoever reads it. Characters. */
const LONGEST = 8192;
/** `token=value`, where the value may be quoted and hold commas; or a word on its own, which is the next scheme. RFC 9110 11.6.1 */
const PART = /\s*,?\s*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/y;

/** The challenges of a `WWW-Authenticate`, which may come as several headers or as one, in their order. */
export function parseChallenges(header: string | readonly string[] | undefined): readonly Challenge[] {
  const text = (typeof header === 'string' ? header : (header ?? []).join(', ')).slice(0, LONGEST);
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  PART.lastIndex = 0;
  for (let match = PART.exec(text); match; match = PART.exec(text)) {
    const [, word = '', quoted, bare] = match;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
  return challenges;
}
