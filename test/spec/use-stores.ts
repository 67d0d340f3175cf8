import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestRegistry, FakeUpstream, type TestRegistry, type TestRegistryOptions } from '@berth/testkit';
import { validateSection } from '@berth/sdk';
import { afterEach } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { RegistryConfig } from '../../src/config/registry.config.js';

type Section = Readonly<Record<string, unknown>>;

export interface Stores {
  /** Folders of the test: `root` and whichever it asks for. */
  readonly folder: (name: string) => string;
  readonly upstream: () => Promise<FakeUpstream>;
  /** A server whose `storage` has these keys, over what an earlier one of the test has left. */
  readonly serve: (storage: Section, options?: ServeOptions) => Promise<TestRegistry>;
  /** The files of blobs and uploads below a folder of the test. */
  readonly filesIn: (name: string) => Promise<string[]>;
}

interface ServeOptions extends Pick<TestRegistryOptions, 'isOpen' | 'mayLeaveFiles'> {
  /** Each upstream with keys beside `urls` and `onDemand`. */
  readonly mirrors?: readonly (readonly [FakeUpstream, Section])[];
}

/** Servers with several stores, one after the other, and what they lie in; for one test each. */
export function useStores(): Stores {
  const folders = new Map<string, string>();
  const upstreams: FakeUpstream[] = [];
  const registries = new Set<TestRegistry>();

  const folder = (name: string): string => {
    const path = folders.get(name) ?? mkdtempSync(join(tmpdir(), `berth-${name}-`));
    folders.set(name, path);
    return path;
  };

  afterEach(async () => {
    for (const registry of registries) await registry.close();
    registries.clear();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
    await Promise.all([...folders.values()].map((path) => rm(path, { recursive: true, force: true })));
    folders.clear();
  });

  return {
    folder,
    upstream: async () => {
      const upstream = await FakeUpstream.start();
      upstreams.push(upstream);
      return upstream;
    },
    serve: async (storage, { mirrors = [], ...options } = {}) => {
      for (const registry of registries) await registry.close();
      registries.clear();
      const { config, violations } = validateSection(RegistryConfig, { storage });
      if (violations.length > 0) throw new Error(JSON.stringify(violations));
      const { stores, subPaths } = config.storage;
      const registry = await createTestRegistry({
        ...options,
        root: folder('root'),
        configure: (own) => Object.assign(own.storage, { stores, subPaths }),
        plugins: [
          {
            plugin: sync,
            section: { registries: mirrors.map(([{ url }, more]) => ({ urls: [url], onDemand: true, ...more })) },
          },
        ],
      });
      registries.add(registry);
      return registry;
    },
    filesIn: async (name) => {
      const entries = await readdir(folder(name), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder(name).length + 1))
        .filter((path) => /^(blobs|uploads|quarantine)\//.test(path))
        .sort();
    },
  };
}
