import { text } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import {
  type Annotations,
  BlobStore,
  type Digest,
  isSection,
  ManifestStore,
  parseDigest,
  type RepositoryName,
} from '@berth/sdk';
import {
  type ImageConfiguration,
  NO_CONFIGURATION,
  parseImageConfiguration,
  parseObject,
  textsOf,
} from './image-configuration.js';

/** Bytes. A configuration is some kilobytes; a layer that is named in its place is not read. */
const LARGEST_CONFIGURATION = 4 * 1024 * 1024;

/** An image that an index names. */
export interface IndexChild {
  readonly digest: Digest;
  readonly annotations: Annotations;
  readonly configuration: ImageConfiguration;
}

/** Reads what a manifest names, as far as its repository holds it. Nothing is fetched from anywhere. */
@Injectable()
export class ManifestContent {
  constructor(
    private readonly blobs: BlobStore,
    private readonly manifests: ManifestStore,
  ) {}

  /** The configuration under `digest`; `undefined`: the manifest names none. */
  async configuration(
    repository: RepositoryName,
    digest: Digest | undefined,
    signal: AbortSignal,
  ): Promise<ImageConfiguration> {
    if (digest === undefined) return NO_CONFIGURATION;
    const info = await this.blobs.stat(repository, digest);
    if (info && info.size > LARGEST_CONFIGURATION) {
      return { outcome: 'unknown', reason: `its configuration is larger than ${LARGEST_CONFIGURATION} bytes` };
    }
    const stream = info && (await this.blobs.read(repository, digest, { signal }));
    if (!stream) return { outcome: 'unknown', reason: 'its configuration is not in the repository' };
    return parseImageConfiguration(await text(stream));
  }

  /** The image under `digest`, or `undefined` where the repository does not hold it. */
  async child(repository: RepositoryName, digest: Digest, signal: AbortSignal): Promise<IndexChild | undefined> {
    const bytes = await this.manifests.read(repository, digest);
    const document = bytes && parseObject(new TextDecoder().decode(bytes));
    if (!document) return undefined;
    const { config, annotations } = document;
    const named = isSection(config) && typeof config['digest'] === 'string' ? parseDigest(config['digest']) : undefined;
    const configuration = await this.configuration(repository, named, signal);
    return { digest, annotations: textsOf(annotations), configuration };
  }
}
