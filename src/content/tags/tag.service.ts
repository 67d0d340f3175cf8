import { Injectable } from '@nestjs/common';
import { RegistryError, type RepositoryName, type Tag } from '@berth/sdk';
import { Repositories } from '../../metadata/repositories.js';
import { Tags } from '../../metadata/tags.js';
import { type Page, type PageRequest, pageOf } from '../page.js';

@Injectable()
export class TagService {
  constructor(
    private readonly repositories: Repositories,
    private readonly tags: Tags,
  ) {}

  /** A page of the tags of the repository, in byte order. NAME_UNKNOWN where there is no such repository. end-8 */
  async list(repository: RepositoryName, request: PageRequest): Promise<Page<Tag>> {
    const found = await this.repositories.find(repository);
    if (!found) throw new RegistryError('NAME_UNKNOWN', { detail: { repository } });
    return pageOf(request, (last, limit) => this.tags.list(found.id, { last, limit }));
  }
}
