import { Injectable } from '@nestjs/common';
import { type HookHandler, type Origin, RegistryError, RepositoryCatalog, type RepositoryName } from '@berth/sdk';
import { Registries } from './mirror/registries.js';

/** What is about to come into a repository. */
interface Incoming {
  readonly repository: RepositoryName;
  /** Absent where an upload begins, which only a push does. */
  readonly origin?: Origin;
}

/** Keeps pushes out of what mirrors an upstream with `"push": "deny"`. */
@Injectable()
export class PushGate
  implements HookHandler<'upload.beforeStart'>, HookHandler<'blob.beforeCommit'>, HookHandler<'manifest.beforePut'>
{
  constructor(
    private readonly registries: Registries,
    private readonly catalog: RepositoryCatalog,
  ) {}

  async handle({ repository, origin = 'pushed' }: Incoming): Promise<void> {
    if (origin !== 'pushed' || this.registries.all.every(({ config }) => config.push === 'allow')) return;
    const [answering] = await this.registries.mirroring(repository);
    if (answering?.registry.config.push !== 'deny') return;
    const known = await this.catalog.find(repository);
    // What was pushed before the upstream was configured stays its owner's.
    if (known && known.upstream === undefined) return;
    const upstream = answering.registry.name;
    throw new RegistryError('DENIED', {
      message: `the repository mirrors ${upstream}: nothing is pushed to it`,
      detail: { repository, upstream },
    });
  }
}
