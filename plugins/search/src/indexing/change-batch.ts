import { type Change, type Digest, parseTag, type RepositoryName, type Tag } from '@berth/sdk';
import type { Doubt } from './index-writer.js';

/** What a batch of changes puts in doubt, by repository. */
export class ChangeBatch {
  readonly #doubts = new Map<RepositoryName, { readonly digests: Set<Digest>; readonly tags: Set<Tag> }>();
  /** Blobs that have come, which a manifest may have waited for. */
  readonly arrivals: { readonly repository: RepositoryName; readonly digest: Digest }[] = [];

  constructor(changes: readonly Change[]) {
    for (const change of changes) this.#add(change);
  }

  addManifest(repository: RepositoryName, digest: Digest): void {
    this.#of(repository).digests.add(digest);
  }

  /** In pieces of at most so many manifests and tags together. */
  *pieces(most: number): Iterable<Doubt> {
    for (const [repository, { digests, tags }] of this.#doubts) {
      const [ofManifests, ofTags] = [[...digests], [...tags]];
      // A repository that lost or got blobs alone has another size.
      const count = Math.max(Math.ceil(ofManifests.length / most), Math.ceil(ofTags.length / most), 1);
      for (let at = 0; at < count; at++) {
        const [start, end] = [at * most, (at + 1) * most];
        yield {
          repository,
          digests: new Set(ofManifests.slice(start, end)),
          tags: new Set(ofTags.slice(start, end)),
        };
      }
    }
  }

  #add({ kind, repository, reference, digest }: Change): void {
    const doubt = this.#of(repository);
    switch (kind) {
      case 'manifest.pushed':
      case 'manifest.deleted':
        if (digest) doubt.digests.add(digest);
        break;
      case 'tag.moved':
      case 'tag.deleted': {
        const tag = parseTag(reference ?? '');
        if (tag) doubt.tags.add(tag);
        break;
      }
      case 'blob.pushed':
      case 'blob.mounted':
        if (digest) this.arrivals.push({ repository, digest });
        break;
      case 'blob.deleted':
      case 'repository.created':
      case 'repository.deleted':
        break;
    }
  }

  #of(repository: RepositoryName): { readonly digests: Set<Digest>; readonly tags: Set<Tag> } {
    let doubt = this.#doubts.get(repository);
    if (!doubt) this.#doubts.set(repository, (doubt = { digests: new Set(), tags: new Set() }));
    return doubt;
  }
}
