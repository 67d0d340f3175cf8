import { type BenchBlob, digestOf } from './blob-factory.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface BenchManifest {
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface ManifestParts {
  readonly config: BenchBlob;
  readonly layer: BenchBlob;
  /** Tells manifests with the same blobs apart. */
  readonly revision: number;
  readonly subject?: BenchManifest;
}

/** An image manifest of about 1 KB, the size that registries see most. */
export function imageManifest({ config, layer, revision, subject }: ManifestParts): BenchManifest {
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    ...(subject === undefined ? {} : { artifactType: 'application/vnd.example.bench' }),
    config: describe('application/vnd.oci.image.config.v1+json', config.digest, config.size),
    layers: [describe('application/vnd.oci.image.layer.v1.tar+gzip', layer.digest, layer.size)],
    ...(subject === undefined ? {} : { subject: describe(MANIFEST_TYPE, subject.digest, subject.bytes.length) }),
    annotations: {
      'org.opencontainers.image.revision': String(revision),
      'org.opencontainers.image.description': 'A manifest for measuring. '.repeat(15),
    },
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return { digest: digestOf(bytes), bytes };
}

function describe(mediaType: string, digest: string, size: number): Descriptor {
  return { mediaType, digest, size };
}
