import { Injectable } from '@nestjs/common';
import { BlobStore, type Descriptor, type RepositoryName } from '@berth/sdk';
import { type ImageConfig, NO_CONFIG, parseImageConfig } from './image-config.js';

/** Configurations of images, in the OCI's words and in Docker's. */
const CONFIG_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/** More bytes than any configuration has; of one that has, nothing is read. */
const LARGEST_CONFIG = 1024 * 1024;

/** True for a configuration that tells of an image, and not of some other artifact. */
export function isImageConfigType(mediaType: string): boolean {
  return CONFIG_TYPES.has(mediaType);
}

@Injectable()
export class ConfigReader {
  constructor(private readonly blobs: BlobStore) {}

  /** What the configuration of an image says; `undefined` where the repository does not hold it, as a mirror may not yet. */
  async read(repository: RepositoryName, { digest, mediaType }: Descriptor): Promise<ImageConfig | undefined> {
    if (!isImageConfigType(mediaType)) return NO_CONFIG;
    const held = await this.blobs.stat(repository, digest);
    if (!held) return undefined;
    if (held.size > LARGEST_CONFIG) return NO_CONFIG;
    const stream = await this.blobs.read(repository, digest);
    if (!stream) return undefined;
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of stream as AsyncIterable<Buffer>) {
      length += piece.byteLength;
      if (length > LARGEST_CONFIG) return NO_CONFIG;
      pieces.push(piece);
    }
    return parseImageConfig(Buffer.concat(pieces, length));
  }
}
