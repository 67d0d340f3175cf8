/** The document types that Berth knows by name. image-spec media-types.md; Docker's image manifest v2 schema 2. */
export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  octetStream: 'application/octet-stream',
} as const;

const IMAGE_MANIFESTS: ReadonlySet<string> = new Set([MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest]);
const INDEXES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerManifestList]);
const SCHEMA_1: ReadonlySet<string> = new Set([MEDIA_TYPES.dockerSchema1, MEDIA_TYPES.dockerSchema1Signed]);

/** Layers whose bytes may lie elsewhere, so that a manifest may name them without the registry holding them. */
const NON_DISTRIBUTABLE_LAYER =
  /^application\/vnd\.(oci\.image\.layer\.nondistributable|docker\.image\.rootfs\.foreign)\./;

export function isImageManifestType(mediaType: string): boolean {
  return IMAGE_MANIFESTS.has(mediaType);
}

export function isIndexType(mediaType: string): boolean {
  return INDEXES.has(mediaType);
}

export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA_1.has(mediaType);
}

export function isNonDistributableLayerType(mediaType: string): boolean {
  return NON_DISTRIBUTABLE_LAYER.test(mediaType);
}

/** A Content-Type header without its parameters, in lower case: `''` where there is none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
