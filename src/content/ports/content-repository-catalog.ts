import { Injectable } from '@nestjs/common';
import { RepositoryCatalog, type RepositoryInfo, type RepositoryName } from '@berth/sdk';
import { HeldBytes } from '../../metadata/held-bytes.js';
import { type NamedRepositoryRow, Repositories } from '../../metadata/repositories.js';

@Injectable()
export class ContentRepositoryCatalog extends RepositoryCatalog {
  constructor(
    private readonly repositories: Repositories,
    private readonly heldBytes: HeldBytes,
  ) {
    super();
  }

  async find(name: RepositoryName): Promise<RepositoryInfo | undefined> {
    const row = await this.repositories.findNamed(name);
    return row && infoOf(row);
  }

  async list(after: RepositoryName | undefined, limit: number): Promise<readonly RepositoryInfo[]> {
    return (await this.repositories.listRows(after, limit)).map(infoOf);
  }

  bytesBelow(prefix: RepositoryName): Promise<number> {
    return this.heldBytes.below(prefix);
  }
}

function infoOf({ name, store, upstream, createdAt, heldBytes }: NamedRepositoryRow): RepositoryInfo {
  return { name, store, upstream: upstream ?? undefined, createdAt, bytes: heldBytes };
}
