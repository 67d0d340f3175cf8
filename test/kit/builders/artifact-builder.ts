import { MEDIA_TYPES } from '@berth/sdk';
import { type BuiltManifest, aBlob, blobDescriptor } from './built-manifest.js';
import { type BuilderOptions, ManifestBuilder } from './manifest-builder.js';

const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
const EMPTY = Buffer.from('{}');

/**
 * An artifact: an image manifest with an artifact type and the empty configuration. image-spec
 * manifest.md#guidelines-for-artifact-usage
 */
export class ArtifactBuilder extends ManifestBuilder {
  private artifactType = 'application/vnd.example.artifact.v1';
  private readonly contents: Buffer[] = [];

  constructor(options: BuilderOptions = {}) {
    super('artifact', options);
  }

  withArtifactType(artifactType: string): this {
    this.artifactType = artifactType;
    return this;
  }

  /** One blob more: these bytes, or so many random ones. Without any, the one layer is the empty blob. */
  withBlob(content: Buffer | number): this {
    this.contents.push(typeof content === 'number' ? this.random.bytes(content) : content);
    return this;
  }

  build(): BuiltManifest {
    const config = aBlob(EMPTY, this.algorithm);
    const layers = this.contents.map((bytes) => aBlob(bytes, this.algorithm));
    const descriptors = layers.map((layer) => blobDescriptor(layer, MEDIA_TYPES.octetStream));
    const document = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: this.artifactType,
      config: blobDescriptor(config, EMPTY_TYPE),
      layers: descriptors.length > 0 ? descriptors : [blobDescriptor(config, EMPTY_TYPE)],
      ...this.trailingFields(),
    };
    return this.seal(document, {
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: this.artifactType,
      blobs: [config, ...layers],
      children: [],
    });
  }
}
