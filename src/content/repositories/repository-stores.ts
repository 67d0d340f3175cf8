import { Injectable } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import { Repositories } from '../../metadata/repositories.js';
import { UpstreamStores } from '../../plugin-host/upstream-stores.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { StoreRoutes } from '../../storage/store-routes.js';

export interface UnmadeRepository {
  readonly name: RepositoryName;
  /** What it is to mirror; absent: nothing. */
  readonly upstream?: string | undefined;
}

/** Decides which store a repository belongs to when it is made: by its upstream, else by its name. It stays there. */
@Injectable()
export class RepositoryStores {
  constructor(
    private readonly repositories: Repositories,
    private readonly upstreams: UpstreamStores,
    private readonly routes: StoreRoutes,
    private readonly stores: BlobStores,
  ) {}

  /** Where it would be made now. */
  forNew({ name, upstream }: UnmadeRepository): string {
    const wanted = upstream === undefined ? undefined : this.upstreams.storeOf({ repository: name, upstream });
    if (wanted === undefined) return this.routes.storeOf(name);
    if (!this.stores.has(wanted)) throw new Error(`${name} is to lie in the store ${wanted}, which is not configured.`);
    return wanted;
  }

  /** Where it is, or would be made now. */
  async of(repository: UnmadeRepository): Promise<string> {
    return (await this.repositories.find(repository.name))?.store ?? this.forNew(repository);
  }
}
