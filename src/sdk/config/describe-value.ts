const LONGEST = 80;

/** `value` in a few words for a message: scalars and lists of them as written, objects by their keys only. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) {
    return value.every((item) => item === null || typeof item !== 'object')
      ? shorten(JSON.stringify(value))
      : `a list of ${String(value.length)}`;
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty object' : shorten(`an object with the keys ${keys.join(', ')}`);
  }
  return shorten(JSON.stringify(value));
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
