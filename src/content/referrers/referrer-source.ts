import { Injectable } from '@nestjs/common';
import { type Descriptor, type Digest, parseDigest, type RepositoryName } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
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
    private readonly logger: RegistryLogger,
  ) {}

  /** None for a repository whose first content was pushed. */
  async find(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<ForeignReferrers> {
    if (!this.hooks.hears('referrers.refresh')) return NONE;
    if ((await this.repositories.find(repository))?.upstream === null) return NONE;
    const result = await this.hooks.source('referrers.refresh', { repository, digest }, context);
    if (result.outcome === 'absent') return NONE;
    if (result.outcome !== 'found') return { descriptors: [], isStale: true };
    const given: unknown = result.found;
    const entries: readonly unknown[] = Array.isArray(given) ? given : [undefined];
    const descriptors = entries.flatMap((entry) => descriptorIn(entry) ?? []);
    if (descriptors.length < entries.length) {
      this.logger.warn({ repository, digest }, 'a source gave referrers that are no descriptors');
    }
    const byDigest = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
    return {
      descriptors: [...byDigest.values()].sort((one, other) => (one.digest < other.digest ? -1 : 1)),
      isStale: descriptors.length < entries.length,
    };
  }
}

/** What a referrers response says of one, or `undefined` where `value` is none: it comes from a plugin, and from its upstream. */
function descriptorIn(value: unknown): Descriptor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { mediaType, digest: text, size, artifactType, annotations } = value as Readonly<Record<string, unknown>>;
  const digest = typeof text === 'string' ? parseDigest(text) : undefined;
  if (!digest || typeof mediaType !== 'string' || typeof size !== 'number') return undefined;
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
