import { Injectable } from '@nestjs/common';
import { type Digest, type ManifestInfo, ManifestStore, type RepositoryName } from '@berth/sdk';
import { ConfigReader } from './config-reader.js';
import { NO_CONFIG } from './image-config.js';
import { type ManifestContent, partsOf } from './manifest-content.js';

/** Reads what is true of a manifest now, for the index. */
@Injectable()
export class ManifestReader {
  constructor(
    private readonly manifests: ManifestStore,
    private readonly configs: ConfigReader,
  ) {}

  find(repository: RepositoryName, digest: Digest): Promise<ManifestInfo | undefined> {
    return this.manifests.find(repository, { kind: 'digest', digest });
  }

  /** `undefined` where it has gone meanwhile. */
  async read(info: ManifestInfo): Promise<ManifestContent | undefined> {
    const bytes = await this.manifests.read(info.repository, info.digest);
    if (!bytes) return undefined;
    const parts = partsOf(info, bytes);
    const imageConfig = parts.config ? await this.configs.read(info.repository, parts.config) : NO_CONFIG;
    return { ...parts, info, imageConfig };
  }
}
