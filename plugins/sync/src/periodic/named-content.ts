import { type Descriptor, isImageManifestType, isIndexType, isNonDistributableLayerType, isSection } from '@berth/sdk';
import { descriptorsIn } from '../upstream/fetch-lists.js';

/** What a manifest names. */
export interface NamedContent {
  readonly manifests: readonly Descriptor[];
  readonly blobs: readonly Descriptor[];
}

/** `bytes`: of a manifest that is held, and so is JSON. What may lie elsewhere is left out. */
export function namedBy(bytes: Uint8Array): NamedContent {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (!isSection(document)) return { manifests: [], blobs: [] };
  const children = descriptorsIn(document['manifests']);
  const blobs = [...descriptorsIn([document['config']]), ...descriptorsIn(document['layers'])];
  return {
    manifests: children.filter(isManifest),
    // Build caches are indexes whose descriptors are blobs.
    blobs: [...blobs.filter((blob) => !liesElsewhere(blob)), ...children.filter((child) => !isManifest(child))],
  };
}

function isManifest({ mediaType }: Descriptor): boolean {
  return isImageManifestType(mediaType) || isIndexType(mediaType);
}

function liesElsewhere({ mediaType, urls }: Descriptor): boolean {
  return isNonDistributableLayerType(mediaType) || urls !== undefined;
}
