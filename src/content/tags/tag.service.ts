import { Injectable } from '@nestjs/common';
import { RegistryError, type RepositoryName, type Tag } from '@berth/sdk';
import { Repositories } from '../../metadata/repositories.js';
import { Tags } from '../../metadata/tags.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';
import { type Page, type PageRequest, pageOf } from '../page.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';

@Injectable()
export class TagService {
  constructor(
    private readonly repositories: Repositories,
    private readonly tags: Tags,
    private readonly hooks: HookRunner,
  ) {}

  /**
   * A page of the tags of the repository, in byte order. Of one that is not here, those that a source knows. NAME_UNKNOWN where there is
   * no such repository, UpstreamUnavailable where an upstream may have it. end-8
   */
  async list(repository: RepositoryName, request: PageRequest, context: ContentContext): Promise<Page<Tag>> {
    const found = await this.repositories.find(repository);
    if (found) return pageOf(request, (last, limit) => this.tags.list(found.id, { last, limit }));
    const tags = await this.#elsewhere(repository, context);
    return pageOf(request, (last, limit) =>
      Promise.resolve(tags.filter((tag) => last === undefined || tag > last).slice(0, limit)),
    );
  }

  /** In byte order, each once. */
  async #elsewhere(repository: RepositoryName, context: ContentContext): Promise<readonly Tag[]> {
    const result = this.hooks.hears('tags.listMiss')
      ? await this.hooks.source('tags.listMiss', { repository }, context)
      : undefined;
    if (result?.outcome === 'unavailable' && result.status !== 404) throw new UpstreamUnavailable(result);
    if (result?.outcome !== 'found') throw new RegistryError('NAME_UNKNOWN', { detail: { repository } });
    return [...new Set(result.found)].sort();
  }
}
