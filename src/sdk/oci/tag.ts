declare const tagBrand: unique symbol;

/** A checked tag: a name that points at one manifest of its repository. */
export type Tag = string & { readonly [tagBrand]: never };

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** `text` as a tag, or `undefined`. spec.md#pulling-manifests */
export function parseTag(text: string): Tag | undefined {
  return TAG.test(text) ? (text as Tag) : undefined;
}
