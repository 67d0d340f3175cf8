import type { Annotations, Descriptor, DigestAlgorithm } from '@berth/sdk';
import { type BuiltManifest, descriptorOf, digestBytes } from './built-manifest.js';
import { SeededRandom, anySeed } from './seeded-random.js';

/** Whose media types a manifest and what it names carry. */
export type MediaTypeFamily = 'oci' | 'docker';

export interface BuilderOptions {
  /** Default: any; the built manifest carries it. */
  readonly seed?: number;
}

/** What images, indexes and artifacts have in common. */
export abstract class ManifestBuilder {
  protected readonly random: SeededRandom;
  protected family: MediaTypeFamily = 'oci';
  protected algorithm: DigestAlgorithm = 'sha256';
  protected subject: Descriptor | undefined;
  protected annotations: Annotations | undefined;
  private padding = 0;

  constructor(purpose: string, options: BuilderOptions) {
    this.random = new SeededRandom(options.seed ?? anySeed(), purpose);
  }

  /** Docker's types have no place for a subject or an artifact type, so `'docker'` suits images and indexes. */
  withMediaTypes(family: MediaTypeFamily): this {
    this.family = family;
    return this;
  }

  /** The algorithm of every digest: the manifest's own and those of the blobs it names. */
  withDigestAlgorithm(algorithm: DigestAlgorithm): this {
    this.algorithm = algorithm;
    return this;
  }

  withSubject(subject: BuiltManifest | Descriptor): this {
    this.subject = 'manifest' in subject ? descriptorOf(subject) : subject;
    return this;
  }

  withAnnotations(annotations: Annotations): this {
    this.annotations = { ...this.annotations, ...annotations };
    return this;
  }

  /** Makes the manifest at least `bytes` long, by an annotation of that length. */
  withManifestSizeOver(bytes: number): this {
    this.padding = bytes;
    return this;
  }

  abstract build(): BuiltManifest;

  /** The fields that every kind of manifest may end with. */
  protected trailingFields(): object {
    const padding = this.padding > 0 ? { 'org.example.padding': 'x'.repeat(this.padding) } : {};
    const annotations = { ...this.annotations, ...padding };
    return {
      ...(this.subject && { subject: this.subject }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    };
  }

  protected seal(
    document: object,
    rest: Pick<BuiltManifest, 'mediaType' | 'artifactType' | 'platform' | 'blobs' | 'children'>,
  ): BuiltManifest {
    // Indented, as many clients write it, so that a registry that writes the JSON anew is found out.
    const manifest = Buffer.from(JSON.stringify(document, undefined, 2));
    return { seed: this.random.seed, manifest, digest: digestBytes(manifest, this.algorithm), ...rest };
  }
}
