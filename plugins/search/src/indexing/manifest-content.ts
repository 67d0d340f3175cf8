import {
  type Descriptor,
  isImageManifestType,
  isIndexType,
  isSection,
  type ManifestInfo,
  parseDigest,
} from '@berth/sdk';
import type { ManifestKind } from '../tables/index-tables.js';
import { isImageConfigType } from './config-reader.js';
import { type ImageConfig, pairsOf } from './image-config.js';

/** What a manifest names, as far as it is of the form that the spec has. */
export interface ManifestParts {
  readonly kind: ManifestKind;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly children: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A manifest with all that the index keeps of it. */
export interface ManifestContent extends ManifestParts {
  readonly info: ManifestInfo;
  /** `undefined`: there is one, and it is not held. */
  readonly imageConfig: ImageConfig | undefined;
}

/** More layers than any image has; what comes after them is not indexed. */
const MOST_LAYERS = 1000;
const MOST_CHILDREN = 1000;

export function partsOf(info: ManifestInfo, bytes: Uint8Array): ManifestParts {
  const manifest: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  const section = isSection(manifest) ? manifest : {};
  const config = descriptorOf(section['config']);
  return {
    kind: kindOf(info, config),
    config,
    layers: descriptorsOf(section['layers'], MOST_LAYERS),
    children: isIndexType(info.mediaType) ? descriptorsOf(section['manifests'], MOST_CHILDREN) : [],
    annotations: pairsOf(section['annotations']),
  };
}

/** An image of an own artifact type is something else in an image's clothes. image-spec artifacts-guidance.md */
function kindOf({ mediaType, artifactType, subject }: ManifestInfo, config: Descriptor | undefined): ManifestKind {
  if (isIndexType(mediaType)) return 'index';
  if (!isImageManifestType(mediaType)) return 'image';
  const isImage = config !== undefined && isImageConfigType(config.mediaType);
  const isNamedOtherwise = artifactType !== undefined && artifactType !== config?.mediaType;
  return isImage && !isNamedOtherwise && subject === undefined ? 'image' : 'artifact';
}

function descriptorsOf(value: unknown, most: number): readonly Descriptor[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, most)
    .map(descriptorOf)
    .filter((descriptor) => descriptor !== undefined);
}

function descriptorOf(value: unknown): Descriptor | undefined {
  if (!isSection(value)) return undefined;
  const { digest: text, mediaType, size, artifactType, platform, annotations } = value;
  const digest = typeof text === 'string' ? parseDigest(text) : undefined;
  if (digest === undefined || typeof mediaType !== 'string') return undefined;
  return {
    digest,
    mediaType,
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : 0,
    annotations: pairsOf(annotations),
    ...(typeof artifactType === 'string' && { artifactType }),
    ...(isPlatform(platform) && { platform }),
  };
}

function isPlatform(value: unknown): value is NonNullable<Descriptor['platform']> {
  if (!isSection(value)) return false;
  const { os, architecture, variant } = value;
  return (
    typeof os === 'string' && typeof architecture === 'string' && (variant === undefined || typeof variant === 'string')
  );
}
