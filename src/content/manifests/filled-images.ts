import { Injectable } from '@nestjs/common';
import { type Digest, Notifier, type NotifyEvents, type RepositoryName } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { type ImageBlobRow, ImageContents, type MirroredImageRow } from '../../metadata/image-contents.js';
import type { Facts } from '../../metadata/schema.js';
import { linksOf, mustBeHeld } from './manifest-links.js';
import { parseManifest } from './manifest-validator.js';

/** What is told of an image, but the name of its repository. */
export type FilledImage = Omit<NotifyEvents['image.filled'], 'repository'>;

/** Who caused it. */
interface Cause {
  readonly actor: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Notices mirrored images that have become whole. It is asked within the transaction that makes a repository hold one thing more, so that
 * of two that come at once only the later one finds an image whole, and each image is found once.
 */
@Injectable()
export class FilledImages {
  constructor(
    private readonly contents: ImageContents,
    private readonly notifier: Notifier,
    private readonly logger: RegistryLogger,
  ) {}

  /** Those that a blob has made whole which the repository did not hold before. */
  async byBlob(
    facts: Facts,
    { repositoryId, digest }: { readonly repositoryId: number; readonly digest: Digest },
    at: number,
  ): Promise<FilledImage[]> {
    return this.#whole(facts, await this.contents.naming(facts, repositoryId, digest), at);
  }

  /** The image of a manifest that the repository did not hold before, where all that it names was there. */
  async byManifest(facts: Facts, manifestId: number, at: number): Promise<FilledImage[]> {
    const image = await this.contents.find(facts, manifestId);
    return this.#whole(facts, image ? [image] : [], at);
  }

  /** After the commit. */
  tell(repository: RepositoryName, images: readonly FilledImage[], cause: Cause): void {
    for (const image of images) {
      const { upstream, digest, bytes, duration } = image;
      this.logger.info(
        { upstream, repository, digest, bytes, duration },
        'an image from an upstream is held completely',
      );
      this.notifier.notify('image.filled', { repository, ...image }, cause);
    }
  }

  async #whole(facts: Facts, images: readonly MirroredImageRow[], at: number): Promise<FilledImage[]> {
    const filled: FilledImage[] = [];
    const blobs = Map.groupBy(
      await this.contents.blobsOf(
        facts,
        images.map(({ manifestId }) => manifestId),
      ),
      ({ manifestId }) => manifestId,
    );
    for (const image of images) {
      const named = blobs.get(image.manifestId) ?? [];
      // An index names no blob: the images that it names are told of.
      if (named.length === 0 || !(await this.#isWhole(facts, image, named))) continue;
      const { digest, mediaType, upstream, size, pushedAt } = image;
      const bytes = named.reduce((sum, blob) => sum + (blob.isHeld ? blob.size : 0), size);
      const indexes = await this.contents.indexesOf(facts, image);
      filled.push({ digest, mediaType, upstream, indexes, bytes, duration: at - pushedAt });
    }
    return filled;
  }

  /** Whether all is there but layers that lie elsewhere, which the manifest itself tells. */
  async #isWhole(
    facts: Facts,
    { manifestId, mediaType }: MirroredImageRow,
    named: readonly ImageBlobRow[],
  ): Promise<boolean> {
    const missing = new Set(named.filter(({ isHeld }) => !isHeld).map(({ digest }) => digest));
    if (missing.size === 0) return true;
    const bytes = await this.contents.bytesOf(facts, manifestId);
    if (!bytes) return false;
    return !mustBeHeld(linksOf(parseManifest(bytes, mediaType)), 'blob').some((digest) => missing.has(digest));
  }
}
