import { Injectable } from '@nestjs/common';
import { DEFAULT_STORE, type RepositoryName, StorageError } from '@berth/sdk';
import { type NamedRepositoryRow, Repositories } from '../../metadata/repositories.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { RepositoryStores } from './repository-stores.js';

/** Repositories that lie in one store and would be made in another now. */
interface Group {
  readonly store: string;
  readonly wanted: string;
  /** The first of them. */
  readonly names: RepositoryName[];
  count: number;
}

/** Names that a line has room for. */
const NAMED = 10;
const WINDOW = 1000;

/** Compares where repositories lie with where the configuration says that they should. */
@Injectable()
export class StorePlaces {
  constructor(
    private readonly repositories: Repositories,
    private readonly places: RepositoryStores,
    private readonly stores: BlobStores,
  ) {}

  /** @throws StorageError where repositories lie in a store that is not configured any more */
  async refuseUnknown(): Promise<void> {
    const unknown = (await this.repositories.storesInUse()).filter((store) => !this.stores.has(store));
    const [first] = unknown;
    if (first === undefined) return;
    const described = await Promise.all(unknown.map((store) => this.#describeUnknown(store)));
    throw new StorageError('failed', 'opening', storeCalled(first), described.join('; '));
  }

  /** A line for each store that repositories have been left behind in, as far as they would be made in another one now. */
  async leftBehind(): Promise<readonly string[]> {
    // Where there is one store, what does not lie in it has been refused.
    if (this.stores.names.length === 1) return [];
    const groups = new Map<string, Group>();
    for (let after: RepositoryName | undefined; ;) {
      const rows: readonly NamedRepositoryRow[] = await this.repositories.listRows(after, WINDOW);
      for (const row of rows) this.#compare(row, groups);
      after = rows.at(-1)?.name;
      if (rows.length < WINDOW) return [...groups.values()].map(describe);
    }
  }

  #compare({ name, store, upstream }: NamedRepositoryRow, groups: Map<string, Group>): void {
    const wanted = this.places.forNew({ name, upstream: upstream ?? undefined });
    if (wanted === store) return;
    const key = `${store} ${wanted}`;
    const group = groups.get(key) ?? { store, wanted, names: [], count: 0 };
    groups.set(key, group);
    group.count += 1;
    if (group.names.length < NAMED) group.names.push(name);
  }

  async #describeUnknown(store: string): Promise<string> {
    const names = await this.repositories.namesIn(store, NAMED + 1);
    const key = store.startsWith('/') ? 'storage.subPaths' : 'storage.stores';
    return (
      `${key} does not name ${storeCalled(store)}, and these repositories lie in it: ${listed(names.slice(0, NAMED), names.length)}; ` +
      'configure it as it was, and delete them before it goes'
    );
  }
}

function describe({ store, wanted, names, count }: Group): string {
  return (
    `${count === 1 ? 'a repository stays' : `${String(count)} repositories stay`} in ${storeCalled(store)}, where new ones of that ` +
    `kind go to ${storeCalled(wanted)}: ${listed(names, count)}`
  );
}

function listed(names: readonly string[], count: number): string {
  return names.join(', ') + (count > names.length ? ' and others' : '');
}

function storeCalled(store: string): string {
  return store === DEFAULT_STORE ? 'the default store' : `the store ${JSON.stringify(store)}`;
}
