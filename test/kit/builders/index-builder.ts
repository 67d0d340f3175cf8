import { MEDIA_TYPES } from '@berth/sdk';
import { type BuiltManifest, descriptorOf } from './built-manifest.js';
import { type BuilderOptions, ManifestBuilder } from './manifest-builder.js';

const INDEX_TYPES = { oci: MEDIA_TYPES.ociIndex, docker: MEDIA_TYPES.dockerManifestList } as const;

/** An index of what it is given, in that order; empty unless it is given something. */
export class IndexBuilder extends ManifestBuilder {
  private readonly children: BuiltManifest[] = [];
  private artifactType: string | undefined;

  constructor(options: BuilderOptions = {}) {
    super('index', options);
  }

  /** Adds manifests, or indexes: they may be nested. */
  of(...children: readonly BuiltManifest[]): this {
    this.children.push(...children);
    return this;
  }

  withArtifactType(artifactType: string): this {
    this.artifactType = artifactType;
    return this;
  }

  build(): BuiltManifest {
    const mediaType = INDEX_TYPES[this.family];
    const artifactType = this.artifactType === undefined ? {} : { artifactType: this.artifactType };
    const document = {
      schemaVersion: 2,
      mediaType,
      ...artifactType,
      manifests: this.children.map(descriptorOf),
      ...this.trailingFields(),
    };
    return this.seal(document, { mediaType, blobs: [], children: [...this.children], ...artifactType });
  }
}
