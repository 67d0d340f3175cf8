import { Injectable } from '@nestjs/common';
import type { Descriptor, Digest, RepositoryName } from '@berth/sdk';
import { Repositories } from '../../metadata/repositories.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';

export interface ForeignReferrers {
  /** In the order of their digests, each once. */
  readonly descriptors: readonly Descriptor[];
  /** An upstream could not be asked, so that some may be missing. */
  readonly isStale: boolean;
}

const NONE: ForeignReferrers = { descriptors: [], isStale: false };

/** Referrers that a source knows of. Nothing of it is kept: whoever pulls one of them keeps it. */
@Injectable()
export class ReferrerSource {
  constructor(
    private readonly repositories: Repositories,
    private readonly hooks: HookRunner,
  ) {}

  /** None for a repository whose first content was pushed. */
  async find(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<ForeignReferrers> {
    if (!this.hooks.hears('referrers.refresh')) return NONE;
    if ((await this.repositories.find(repository))?.upstream === null) return NONE;
    const result = await this.hooks.source('referrers.refresh', { repository, digest }, context);
    if (result.outcome === 'absent') return NONE;
    if (result.outcome !== 'found') return { descriptors: [], isStale: true };
    const byDigest = new Map(result.found.map((descriptor) => [descriptor.digest, listed(descriptor)]));
    const descriptors = [...byDigest.values()].sort((one, other) => (one.digest < other.digest ? -1 : 1));
    return { descriptors, isStale: false };
  }
}

/** What a referrers response says of one, and nothing else that its upstream may have said. */
function listed({ mediaType, digest, size, artifactType, annotations }: Descriptor): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(isStringMap(annotations) ? { annotations } : {}),
  };
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}
