import { describe, expect, it } from 'vitest';
import {
  Clock,
  parseRepositoryName,
  PluginLogger,
  RepositoryCatalog,
  type RepositoryInfo,
  type RepositoryName,
} from '@berth/sdk';
import { MetricsConfig } from './metrics.config.js';
import { RepositoryLabels } from './repository-labels.js';
import { RepositoryStorage } from './repository-storage.js';

class FakeCatalog extends RepositoryCatalog {
  asked = 0;
  failure: Error | undefined;

  constructor(readonly bytes: Map<string, number>) {
    super();
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  list(after: RepositoryName | undefined, limit: number): Promise<readonly RepositoryInfo[]> {
    const names = [...this.bytes.keys()].sort().filter((name) => name > (after ?? ''));
    return Promise.resolve(
      names.slice(0, limit).map((name) => ({
        name: parseRepositoryName(name) ?? expect.fail(name),
        store: 'default',
        upstream: undefined,
        createdAt: 0,
        bytes: 0,
      })),
    );
  }

  bytesBelow(prefix: RepositoryName): Promise<number> {
    this.asked += 1;
    if (this.failure) return Promise.reject(this.failure);
    let sum = 0;
    for (const [name, bytes] of this.bytes) if (name === prefix || name.startsWith(`${prefix}/`)) sum += bytes;
    return Promise.resolve(sum);
  }
}

class FakeClock extends Clock {
  time = 0;

  now(): number {
    return this.time;
  }
}

class FakeLogger extends PluginLogger {
  readonly warnings: string[] = [];
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(message: string): void {
    this.warnings.push(message);
  }
}

function storageOf(bytes: Record<string, number>, changes: Partial<MetricsConfig> = {}) {
  const [clock, logger, config] = [new FakeClock(), new FakeLogger(), Object.assign(new MetricsConfig(), changes)];
  const [catalog, labels] = [new FakeCatalog(new Map(Object.entries(bytes))), new RepositoryLabels(config)];
  const storage = new RepositoryStorage(catalog, labels, clock, logger, config);
  const sizes = async (): Promise<Record<string, number>> => {
    const [family] = await storage.families();
    return Object.fromEntries((family?.values ?? []).map(({ labels, value }) => [String(labels['repo']), value]));
  };
  return { catalog, clock, logger, labels, storage, sizes };
}

describe('the sizes of repositories', () => {
  it('are of each repository alone, whatever lies below it', async () => {
    const { sizes } = storageOf({ a: 1, 'a/b': 20, 'a/b/c/d': 300, 'a-b': 4000, e: 50_000 });

    expect(await sizes()).toEqual({ a: 1, 'a/b': 20, 'a/b/c/d': 300, 'a-b': 4000, e: 50_000 });
  });

  it('are measured again by the scrape that finds them a minute old, and not by each', async () => {
    const { sizes, catalog, clock } = storageOf({ a: 1 });
    await sizes();
    catalog.bytes.set('a', 2);
    clock.time += 59_000;
    await sizes();
    expect(catalog.asked).toBe(1);

    clock.time += 3_600_000;
    await sizes();
    await expect.poll(sizes).toEqual({ a: 2 });
    expect(catalog.asked).toBe(2);
  });

  it('are asked for no more repositories than have a series', async () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`r${String(at)}`, 1]));
    const { sizes, catalog, labels } = storageOf(many, { maxRepositories: 3 });
    labels.of('r99');

    expect(Object.keys(await sizes())).toEqual(['r0', 'r1', 'r99']);
    expect(catalog.asked).toBe(3);
  });

  it('that cannot be measured leave the other metrics alone, and a line in the log', async () => {
    const { sizes, catalog, logger } = storageOf({ a: 1 });
    catalog.failure = new Error('no');

    expect(await sizes()).toEqual({});
    expect(logger.warnings).toHaveLength(1);
  });

  it('are not measured where labels of repositories are turned off', async () => {
    const { storage, catalog } = storageOf({ a: 1 }, { repositoryLabels: false });

    expect(await storage.families()).toEqual([]);
    expect(catalog.asked).toBe(0);
  });
});
