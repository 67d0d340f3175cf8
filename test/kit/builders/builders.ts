import { ArtifactBuilder } from './artifact-builder.js';
import { ImageBuilder } from './image-builder.js';
import { IndexBuilder } from './index-builder.js';
import type { BuilderOptions } from './manifest-builder.js';

/** `anImage({ seed: 7 }).withLayers(3).withLayerSize(4096).build()` */
export function anImage(options: BuilderOptions = {}): ImageBuilder {
  return new ImageBuilder(options);
}

/** `anIndex().of(anImage().build(), anImage().build()).build()` */
export function anIndex(options: BuilderOptions = {}): IndexBuilder {
  return new IndexBuilder(options);
}

/** `anArtifact().withArtifactType('application/spdx+json').withSubject(image).withBlob(512).build()` */
export function anArtifact(options: BuilderOptions = {}): ArtifactBuilder {
  return new ArtifactBuilder(options);
}
