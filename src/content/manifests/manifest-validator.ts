import {
  type Annotations,
  type Descriptor,
  isImageManifestType,
  isIndexType,
  isSchema1Type,
  type Manifest,
  MEDIA_TYPES,
  parseDigest,
  RegistryError,
} from '@berth/sdk';

type Json = Readonly<Record<string, unknown>>;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i;

/**
 * What a pushed manifest says. `mediaType` is its Content-Type without parameters, `''` where the client sent none. Throws
 * MANIFEST_INVALID: 400 for what breaks the image spec, 415 for a type that the document does not claim itself.
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): Manifest {
  const document = parseJson(bytes);
  if (isSchema1Type(mediaType) || document['schemaVersion'] === 1) {
    throw invalid(
      'Docker schema 1 manifests are not accepted: push with a client that writes schema 2 or OCI manifests',
    );
  }
  const type = mediaTypeOfDocument(document, mediaType);
  const manifest = readManifest(document, type);
  checkShape(manifest, document);
  return manifest;
}

function parseJson(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(UTF_8.decode(bytes));
  } catch (cause) {
    throw invalid('the manifest is not JSON in UTF-8', undefined, cause);
  }
  if (!isObject(value)) throw invalid('the manifest is not a JSON object');
  return value;
}

function mediaTypeOfDocument(document: Json, contentType: string): string {
  const { mediaType: own } = document;
  if (own !== undefined && (typeof own !== 'string' || !MEDIA_TYPE.test(own)))
    throw invalid('mediaType is no media type');
  if (contentType === '') return own ?? ('manifests' in document ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest);
  if (own === contentType) return own;
  if (own !== undefined && isKnown(contentType)) {
    throw invalid('the Content-Type is not the mediaType of the manifest', { contentType, mediaType: own });
  }
  if (own === undefined && isKnown(contentType)) return contentType;
  throw new RegistryError('MANIFEST_INVALID', {
    status: 415,
    message: 'the Content-Type is not a manifest type, and the document does not claim it as its mediaType',
    detail: { contentType, mediaType: own },
  });
}

function isKnown(mediaType: string): boolean {
  return isImageManifestType(mediaType) || isIndexType(mediaType);
}

function readManifest(document: Json, mediaType: string): Manifest {
  const { artifactType, config, manifests, subject, annotations } = document;
  // The artifact manifest of earlier drafts of the image spec, which old clients push still, calls its layers blobs.
  const layers = document['layers'] ?? document['blobs'];
  if (artifactType !== undefined && typeof artifactType !== 'string') throw invalid('artifactType is not a string');
  return {
    mediaType,
    ...(artifactType ? { artifactType } : {}),
    ...(config == null ? {} : { config: readDescriptor(config, 'config') }),
    ...(layers == null ? {} : { layers: readDescriptors(layers, 'layers') }),
    ...(manifests == null ? {} : { manifests: readDescriptors(manifests, 'manifests') }),
    ...(subject == null ? {} : { subject: readDescriptor(subject, 'subject') }),
    ...(annotations == null ? {} : { annotations: readAnnotations(annotations, 'annotations') }),
  };
}

/** One document must not be read as an image by one client and as an index by another. */
function checkShape({ mediaType, config, layers, manifests }: Manifest, document: Json): void {
  if (isImageManifestType(mediaType)) {
    if (document['schemaVersion'] !== 2) throw invalid('schemaVersion must be 2');
    if (!config) throw invalid('an image manifest must have a config');
    if (!layers) throw invalid('an image manifest must have layers, if only an empty list');
  }
  if (isIndexType(mediaType)) {
    if (document['schemaVersion'] !== 2) throw invalid('schemaVersion must be 2');
    if (!manifests) throw invalid('an index must have manifests, if only an empty list');
  }
  if (manifests && (layers ?? config)) throw invalid('a manifest cannot have both manifests and layers or config');
}

function readDescriptors(value: unknown, where: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`);
  return value.map((entry: unknown, at) => readDescriptor(entry, `${where}[${String(at)}]`));
}

function readDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw invalid(`${where} is not a descriptor`);
  const { mediaType, digest: text, size, urls, artifactType } = value;
  if (typeof mediaType !== 'string' || !MEDIA_TYPE.test(mediaType)) throw invalid(`${where} has no media type`);
  const digest = typeof text === 'string' ? parseDigest(text) : undefined;
  if (!digest) throw invalid(`${where} has no valid digest`, { digest: text });
  if (!Number.isSafeInteger(size) || Number(size) < 0) throw invalid(`${where} has no valid size`, { size });
  return {
    mediaType,
    digest,
    size: Number(size),
    ...(Array.isArray(urls) && urls.length > 0 ? { urls: urls.map(String) } : {}),
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
  };
}

function readAnnotations(value: unknown, where: string): Annotations {
  if (!isObject(value)) throw invalid(`${where} is not a map of strings`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalid(`${where} has a value that is not a string`, { key });
  }
  return value as Annotations;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string, detail?: unknown, cause?: unknown): RegistryError {
  return new RegistryError('MANIFEST_INVALID', { message, detail, cause });
}
