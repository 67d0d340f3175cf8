import { milliseconds } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { collectionsOf, configuredStores, storeNames } from './configured-stores.js';
import { StorageConfig } from './storage.config.js';
import { StoreConfig } from './store.config.js';
import { SubPathConfig } from './sub-path.config.js';

function configured(section: Partial<StorageConfig>): StorageConfig {
  return Object.assign(new StorageConfig(), { rootDirectory: '/root' }, section);
}

const fast = Object.assign(new StoreConfig(), { rootDirectory: '/fast' });
const team = Object.assign(new SubPathConfig(), { rootDirectory: '/team' });

describe('configuredStores', () => {
  it('gives a named store the settings of `storage`, and the one of a route its own', () => {
    const section = configured({
      commit: false,
      stores: new Map([['fast', fast]]),
      subPaths: new Map([['/team', team]]),
    });
    const collection = { interval: 3_600_000, delay: 3_600_000 };
    const gcDelay = 3_600_000;
    expect(configuredStores(section)).toEqual([
      { name: 'default', root: '/root', durable: false, gcDelay, collection },
      { name: 'fast', root: '/fast', durable: false, gcDelay, collection },
      { name: '/team', root: '/team', durable: true, gcDelay, collection: undefined },
    ]);
  });

  it('collects nothing in a store of a route that does not ask for it, whatever `storage` says', () => {
    const section = configured({ gc: false, subPaths: new Map([['/team', team]]) });
    expect(collectionsOf(configuredStores(section))).toEqual([]);
  });

  it('has one collection for the stores with the same times, and one for each other', () => {
    const own = Object.assign(new SubPathConfig(), { rootDirectory: '/own', gc: true, gcDelay: milliseconds(1) });
    const same = Object.assign(new SubPathConfig(), { rootDirectory: '/same', gc: true });
    const section = configured({
      stores: new Map([['fast', fast]]),
      subPaths: new Map([
        ['/own', own],
        ['/same', same],
      ]),
    });
    const interval = 3_600_000;
    expect(collectionsOf(configuredStores(section))).toEqual([
      { name: 'garbage-collection', stores: ['default', 'fast', '/same'], interval, delay: interval },
      { name: 'garbage-collection/own', stores: ['/own'], interval, delay: 1 },
    ]);
  });
});

describe('storeNames', () => {
  it('names the default store and the named ones, and no route', () => {
    const section = configured({ stores: new Map([['fast', fast]]), subPaths: new Map([['/team', team]]) });
    expect(storeNames(section)).toEqual(['default', 'fast']);
  });
});
