import { type Digest, parseDigest } from './digest.js';
import { type Tag, parseTag } from './tag.js';

/** What a manifest is asked for by: its digest, or a tag that points at it. */
export type Reference =
  { readonly kind: 'digest'; readonly digest: Digest } | { readonly kind: 'tag'; readonly tag: Tag };

/**
 * `text` as a reference, or `undefined`. A colon decides: no tag contains one, so what has one must be a digest and is
 * never taken for a tag when it is malformed.
 */
export function parseReference(text: string): Reference | undefined {
  if (text.includes(':')) {
    const digest = parseDigest(text);
    return digest && { kind: 'digest', digest };
  }
  const tag = parseTag(text);
  return tag && { kind: 'tag', tag };
}

/** The reference as it stands in a URL. */
export function formatReference(reference: Reference): string {
  return reference.kind === 'digest' ? reference.digest : reference.tag;
}
