import {
  type Annotations,
  type HookEvents,
  isImageManifestType,
  isIndexType,
  isSection,
  parseDigest,
  type Section,
  type Tag,
} from '@berth/sdk';
import { type ImageConfiguration, parseObject, platformOf, textsOf } from './image-configuration.js';
import type { IndexChild, ManifestContent } from './manifest-content.js';

export type ManifestPut = HookEvents['manifest.beforePut'];

/** The images of an index that are held; `unknown` where they cannot be looked at, and why. */
export type IndexChildren =
  | { readonly outcome: 'known'; readonly children: readonly IndexChild[] }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** How many images of an index are looked at; reading each takes a look-up or two. */
const MOST_CHILDREN = 100;
/** What build tools put beside the images of an index: provenance, in the shape of an image. */
const ATTESTATION = 'vnd.docker.reference.type';
/** The tags under which cosign keeps what it knows of an image. */
const COSIGN_TAG = /^sha256-[0-9a-f]{64}\.(sig|att|sbom)$/;

/** A manifest that is about to be put, and what it names: read once, and not before a rule asks. */
export class LintedManifest {
  #configuration: Promise<ImageConfiguration> | undefined;
  #children: Promise<IndexChildren> | undefined;
  #document: Section | undefined;

  constructor(
    readonly event: ManifestPut,
    private readonly content: ManifestContent,
    private readonly signal: AbortSignal,
  ) {}

  get isImage(): boolean {
    return isImageManifestType(this.event.manifest.mediaType);
  }

  get isIndex(): boolean {
    return isIndexType(this.event.manifest.mediaType);
  }

  /** True for what tells of another manifest: it has a subject, or none but the tags that cosign gives. */
  get isReferrer(): boolean {
    const { manifest, tags } = this.event;
    return manifest.subject !== undefined || (tags.length > 0 && tags.every((tag) => COSIGN_TAG.test(tag)));
  }

  get annotations(): Annotations {
    return this.event.manifest.annotations ?? {};
  }

  get tags(): readonly Tag[] {
    return this.event.tags;
  }

  /** Bytes of what it names, as it says: configuration and layers of an image, the manifests of an index. */
  get size(): number {
    const { config, layers = [], manifests = [] } = this.event.manifest;
    return [...(config ? [config] : []), ...layers, ...manifests].reduce((sum, { size }) => sum + size, 0);
  }

  /** That of an image or artifact. */
  configuration(): Promise<ImageConfiguration> {
    const { repository, manifest } = this.event;
    return (this.#configuration ??= this.content.configuration(repository, manifest.config?.digest, this.signal));
  }

  /** The images of an index. */
  children(): Promise<IndexChildren> {
    return (this.#children ??= this.#readChildren());
  }

  /** Why `labels` may lack what is there: a configuration, or all images of an index, cannot be read. */
  async whyUnknown(): Promise<string | undefined> {
    if (!this.isIndex) return reasonOf(await this.configuration());
    const read = await this.children();
    if (read.outcome === 'unknown') return read.reason;
    return read.children.map(({ configuration }) => reasonOf(configuration)).find((reason) => reason !== undefined);
  }

  /** What is common to all that it has labels from: an image its own, an index those that all its images agree on. */
  async labels(): Promise<Annotations> {
    if (!this.isIndex) return labelsOf(await this.configuration());
    const read = await this.children();
    const [first, ...others] =
      read.outcome === 'known' ? read.children.map((child) => labelsOf(child.configuration)) : [];
    const shared = Object.entries(first ?? {}).filter(([key, value]) =>
      others.every((labels) => Object.hasOwn(labels, key) && labels[key] === value),
    );
    return Object.fromEntries(shared);
  }

  /** `os/architecture` or `os/architecture/variant`: that of an image, or those that an index names. */
  async platforms(): Promise<readonly string[]> {
    const platforms = this.isIndex
      ? this.#imageEntries().map(({ platform }) => platformOf(platform))
      : [await this.configuration()].map((read) => (read.outcome === 'known' ? read.platform : undefined));
    return platforms.filter((platform) => platform !== undefined);
  }

  async #readChildren(): Promise<IndexChildren> {
    const entries = this.#imageEntries();
    if (entries.length > MOST_CHILDREN) {
      return { outcome: 'unknown', reason: `it names more than ${MOST_CHILDREN} images` };
    }
    const children: IndexChild[] = [];
    for (const { digest } of entries) {
      const parsed = typeof digest === 'string' ? parseDigest(digest) : undefined;
      const child = parsed && (await this.content.child(this.event.repository, parsed, this.signal));
      if (child) children.push(child);
    }
    if (children.length > 0) return { outcome: 'known', children };
    return { outcome: 'unknown', reason: 'none of its images is in the repository' };
  }

  /** The entries of an index, as they were written, that name an image. */
  #imageEntries(): readonly Section[] {
    this.#document ??= parseObject(new TextDecoder().decode(this.event.bytes)) ?? {};
    const { manifests } = this.#document;
    return (Array.isArray(manifests) ? manifests : []).filter(
      (entry): entry is Section => isSection(entry) && isImageEntry(entry),
    );
  }
}

function isImageEntry({ mediaType, annotations }: Section): boolean {
  const isImage = typeof mediaType === 'string' && isImageManifestType(mediaType);
  return isImage && !Object.hasOwn(textsOf(annotations), ATTESTATION);
}

function reasonOf(configuration: ImageConfiguration): string | undefined {
  return configuration.outcome === 'unknown' ? configuration.reason : undefined;
}

function labelsOf(configuration: ImageConfiguration): Annotations {
  return configuration.outcome === 'known' ? configuration.labels : {};
}
