import { type Annotations, MEDIA_TYPES, type Platform } from '@berth/sdk';
import { type BuiltBlob, type BuiltManifest, aBlob, blobDescriptor, digestBytes } from './built-manifest.js';
import { type BuilderOptions, ManifestBuilder } from './manifest-builder.js';

const IMAGE_TYPES = {
  oci: {
    manifest: MEDIA_TYPES.ociManifest,
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    manifest: MEDIA_TYPES.dockerManifest,
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

/** An image whose layers are random bytes: a registry never looks into them. */
export class ImageBuilder extends ManifestBuilder {
  private layerCount = 1;
  private layerSizes = { least: 1024, most: 1024 };
  private readonly givenLayers: Buffer[] = [];
  private platform: Platform | undefined;
  private labels: Annotations | undefined;

  constructor(options: BuilderOptions = {}) {
    super('image', options);
  }

  /** How many layers of random bytes there are; default 1. */
  withLayers(count: number): this {
    this.layerCount = count;
    return this;
  }

  /** The length of each random layer in bytes, or the bounds that it is drawn from; default 1024. */
  withLayerSize(least: number, most: number = least): this {
    this.layerSizes = { least, most };
    return this;
  }

  /** One more layer, below the random ones, of these bytes: for layers that several images share. */
  withLayer(bytes: Buffer): this {
    this.givenLayers.push(bytes);
    return this;
  }

  withPlatform(platform: Platform): this {
    this.platform = platform;
    return this;
  }

  /** Labels of its configuration. */
  withLabels(labels: Annotations): this {
    this.labels = { ...this.labels, ...labels };
    return this;
  }

  build(): BuiltManifest {
    const types = IMAGE_TYPES[this.family];
    const layers = [...this.givenLayers, ...this.randomLayers()].map((bytes) => aBlob(bytes, this.algorithm));
    const config = this.config(layers);
    const document = {
      schemaVersion: 2,
      mediaType: types.manifest,
      config: blobDescriptor(config, types.config),
      layers: layers.map((layer) => blobDescriptor(layer, types.layer)),
      ...this.trailingFields(),
    };
    return this.seal(document, {
      mediaType: types.manifest,
      blobs: [config, ...layers],
      children: [],
      ...(this.platform && { platform: this.platform }),
    });
  }

  private randomLayers(): Buffer[] {
    const { least, most } = this.layerSizes;
    return Array.from({ length: this.layerCount }, () => this.random.bytes(this.random.integer(least, most)));
  }

  private config(layers: readonly BuiltBlob[]): BuiltBlob {
    const platform = this.platform ?? { architecture: 'amd64', os: 'linux' };
    const config = this.labels ? { Labels: this.labels } : {};
    const rootfs = { type: 'layers', diff_ids: layers.map(({ bytes }) => digestBytes(bytes)) };
    return aBlob(Buffer.from(JSON.stringify({ ...platform, config, rootfs })), this.algorithm);
  }
}
