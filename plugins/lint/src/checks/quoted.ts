const LONGEST = 100;

/** A text from outside as it may stand in a message, a header or a terminal: in quotes, shortened, nothing but ASCII. */
export function quoted(text: string): string {
  const shortened = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return JSON.stringify(shortened).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
