import { algorithmOf, type Digest, encodedOf, type Tag } from '@berth/sdk';

/**
 * A tag that is named after a digest: what cosign attached to it before there were referrers (`.sig`, `.att`, `.sbom`), or without an
 * ending the list of its referrers, spec.md#referrers-tag-schema.
 */
const ATTACHED = /^(sha256-[0-9a-f]{64}|sha512-[0-9a-f]{64})(\.(?:sig|att|sbom))?$/;

export interface AttachedTag {
  readonly tag: Tag;
  /** `.sig`, `.att` or `.sbom`; empty for the list of referrers. */
  readonly ending: string;
}

/** Of the tags of one repository, those that belong to an image. */
export class AttachedTags {
  readonly #byStem = new Map<string, AttachedTag[]>();

  constructor(tags: readonly Tag[]) {
    for (const tag of tags) {
      const [, stem, ending = ''] = ATTACHED.exec(tag) ?? [];
      if (stem === undefined) continue;
      const known = this.#byStem.get(stem);
      if (known) known.push({ tag, ending });
      else this.#byStem.set(stem, [{ tag, ending }]);
    }
  }

  get isEmpty(): boolean {
    return this.#byStem.size === 0;
  }

  of(digest: Digest): readonly AttachedTag[] {
    return this.#byStem.get(stemOf(digest)) ?? [];
  }
}

export function isAttachedTag(tag: string): boolean {
  return ATTACHED.test(tag);
}

export function isCosignTag(tag: string): boolean {
  return (ATTACHED.exec(tag)?.[2] ?? '') !== '';
}

function stemOf(digest: Digest): string {
  return `${algorithmOf(digest)}-${encodedOf(digest).slice(0, 64)}`;
}
