import { createHash } from 'node:crypto';
import { type Descriptor, type Digest, type DigestAlgorithm, type Platform, digestOf } from '@berth/sdk';

export interface BuiltBlob {
  readonly digest: Digest;
  readonly bytes: Buffer;
}

/** An image, index or artifact: the bytes of its manifest and all that they name. */
export interface BuiltManifest {
  /** What makes these bytes again. */
  readonly seed: number;
  readonly manifest: Buffer;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly artifactType?: string;
  readonly platform?: Platform;
  /** Configuration first, then the layers. Empty for an index. */
  readonly blobs: readonly BuiltBlob[];
  /** What an index names; empty for anything else. */
  readonly children: readonly BuiltManifest[];
}

/** The digest of `bytes`. */
export function digestBytes(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
}

/** `bytes` with their digest. */
export function aBlob(bytes: Buffer, algorithm: DigestAlgorithm = 'sha256'): BuiltBlob {
  return { digest: digestBytes(bytes, algorithm), bytes };
}

/** The descriptor by which a subject or an index names `built`. */
export function descriptorOf(built: BuiltManifest): Descriptor {
  return {
    mediaType: built.mediaType,
    digest: built.digest,
    size: built.manifest.length,
    ...(built.artifactType !== undefined && { artifactType: built.artifactType }),
    ...(built.platform && { platform: built.platform }),
  };
}

/** The descriptor by which a manifest names `blob`. */
export function blobDescriptor(blob: BuiltBlob, mediaType: string): Descriptor {
  return { mediaType, digest: blob.digest, size: blob.bytes.length };
}
