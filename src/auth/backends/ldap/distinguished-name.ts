/** Parts of a distinguished name: at each comma that no backslash escapes (RFC 4514). */
function partsOf(name: string): readonly string[] {
  return name.match(/(\\.|[^\\,])+/gs) ?? [];
}

/** Good enough to compare what one directory writes: without case, and without space around a part or its "=". */
function comparable(part: string): string {
  return part
    .trim()
    .replace(/\s*=\s*/, '=')
    .toLowerCase();
}

/** Whether `name` lies below `base`, at any depth. */
export function isBelow(name: string, base: string): boolean {
  const parts = partsOf(name).map(comparable);
  const above = partsOf(base).map(comparable);
  return parts.length > above.length && above.every((part, index) => parts.at(index - above.length) === part);
}

const FIRST_PART = /^\s*(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)\s*=\s*((?:\\.|[^\\,+])+)/s;

/** "admins" of "cn=admins,ou=groups,dc=example,dc=org"; `undefined` where `name` is no distinguished name. */
export function firstValueOf(name: string): string | undefined {
  const written = FIRST_PART.exec(name)?.[1];
  // "#04024869" is the encoding of a value that has no text.
  if (written === undefined || written.startsWith('#')) return undefined;
  return unescaped(written.replace(/(?<!\\)\s+$/, ''));
}

function unescaped(text: string): string {
  return text.replace(
    /(?:\\[0-9A-Fa-f]{2})+|\\(.)/gs,
    (found, character: string | undefined) =>
      character ?? Buffer.from(found.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}
