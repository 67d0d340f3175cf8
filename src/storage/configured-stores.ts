import { DEFAULT_STORE } from '@berth/sdk';
import type { StorageConfig } from './storage.config.js';

/** When garbage is collected, and how old it must be: milliseconds. */
export interface CollectionTimes {
  readonly interval: number;
  readonly delay: number;
}

/** A store that the configuration asks for. */
export interface ConfiguredStore {
  readonly name: string;
  readonly root: string;
  /** Whether an answer waits for the disk. */
  readonly durable: boolean;
  /** Milliseconds for which garbage stays at least. */
  readonly gcDelay: number;
  /** Absent: its garbage is collected only when somebody asks for it. */
  readonly collection: CollectionTimes | undefined;
}

/** The default store, the named ones, which go by its settings, and those of the routes. */
export function configuredStores(config: StorageConfig): readonly ConfiguredStore[] {
  const { rootDirectory, commit: durable, stores, subPaths } = config;
  const shared = { durable, gcDelay: config.gcDelay, collection: collectionOf(config) };
  return [
    { name: DEFAULT_STORE, root: rootDirectory, ...shared },
    ...[...stores].map(([name, { rootDirectory: root }]) => ({ name, root, ...shared })),
    ...[...subPaths].map(([name, section]) => ({
      name,
      root: section.rootDirectory,
      durable: section.commit,
      gcDelay: section.gcDelay,
      collection: collectionOf(section),
    })),
  ];
}

export interface StoreCollection extends CollectionTimes {
  readonly name: string;
  readonly stores: readonly string[];
}

/** The collections that run by themselves, each for the stores that have the same times. */
export function collectionsOf(stores: readonly ConfiguredStore[]): readonly StoreCollection[] {
  const found: StoreCollection[] = [];
  for (const { name, collection } of stores) {
    if (!collection) continue;
    const at = found.findIndex(({ interval, delay }) => interval === collection.interval && delay === collection.delay);
    const same = found[at];
    if (same) found[at] = { ...same, stores: [...same.stores, name] };
    else found.push({ ...collection, name: jobName(name), stores: [name] });
  }
  return found;
}

/** After the first of its stores: the default one has no name in it, and a route begins with a slash. */
function jobName(store: string): string {
  return `garbage-collection${store === DEFAULT_STORE ? '' : store}`;
}

/** What a plugin may call a store by. */
export function storeNames({ stores }: StorageConfig): readonly string[] {
  return [DEFAULT_STORE, ...stores.keys()];
}

function collectionOf({
  gc,
  gcInterval: interval,
  gcDelay: delay,
}: Pick<StorageConfig, 'gc' | 'gcInterval' | 'gcDelay'>): CollectionTimes | undefined {
  return gc ? { interval, delay } : undefined;
}
