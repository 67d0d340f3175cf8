import { type Digest, isSection, MEDIA_TYPES } from '@berth/sdk';
import type { BuiltBlob, BuiltManifest } from '../builders/built-manifest.js';

export interface KeptManifest {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Buffer;
}

/** What each repository of a fake upstream has. */
export class UpstreamContent {
  readonly #manifests = new Map<string, KeptManifest>();
  readonly #tags = new Map<string, Digest>();
  readonly #blobs = new Map<string, Buffer>();

  /** `built` with all that it names, under the tag where one is given. */
  add(repository: string, built: BuiltManifest, tag?: string): void {
    for (const child of built.children) this.add(repository, child);
    for (const blob of built.blobs) this.addBlob(repository, blob);
    const { mediaType, digest, manifest: bytes } = built;
    this.#manifests.set(`${repository}@${digest}`, { mediaType, digest, bytes });
    if (tag !== undefined) this.#tags.set(`${repository}:${tag}`, digest);
  }

  addBlob(repository: string, { digest, bytes }: BuiltBlob): void {
    this.#blobs.set(`${repository}@${digest}`, bytes);
  }

  removeTag(repository: string, tag: string): void {
    this.#tags.delete(`${repository}:${tag}`);
  }

  manifest(repository: string, reference: string): KeptManifest | undefined {
    return this.#manifests.get(`${repository}@${this.#tags.get(`${repository}:${reference}`) ?? reference}`);
  }

  blob(repository: string, digest: string): Buffer | undefined {
    return this.#blobs.get(`${repository}@${digest}`);
  }

  repositories(): readonly string[] {
    return [...new Set([...this.#manifests.keys()].map((key) => key.slice(0, key.indexOf('@'))))].sort();
  }

  /** `undefined` where there is no such repository. */
  tagsOf(repository: string): readonly string[] | undefined {
    const tags = [...this.#tags.keys()].filter((key) => key.startsWith(`${repository}:`));
    const isKnown = [...this.#manifests.keys()].some((key) => key.startsWith(`${repository}@`));
    return isKnown ? tags.map((key) => key.slice(repository.length + 1)).sort() : undefined;
  }

  /** The answer of the referrers API. */
  referrersOf(repository: string, digest: string): object {
    const manifests = [...this.#manifests]
      .filter(([key]) => key.startsWith(`${repository}@`))
      .map(([, kept]) => ({ kept, document: JSON.parse(kept.bytes.toString()) as Readonly<Record<string, unknown>> }))
      .filter(({ document: { subject } }) => isSection(subject) && subject['digest'] === digest)
      .map(({ kept, document: { artifactType } }) => ({
        mediaType: kept.mediaType,
        digest: kept.digest,
        size: kept.bytes.byteLength,
        ...(typeof artifactType === 'string' && { artifactType }),
      }));
    return { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests };
  }
}
