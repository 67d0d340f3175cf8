import { createTestRegistry, FakeUpstream, type RegistryResponse, type TestRegistry } from '@berth/testkit';
import { afterEach } from 'vitest';
import { JobScheduler } from '../../src/jobs/job-scheduler.js';
import sync from '../../plugins/sync/src/index.js';
import { headerOf } from './exchange.js';

type Section = Readonly<Record<string, unknown>>;

export const STALE = '110 - "Response is Stale"';
export const WINDOW = 60_000;

export interface SyncServers {
  readonly upstream: (port?: number) => Promise<FakeUpstream>;
  /** A mirror of these, each with the given keys beside `urls` and `onDemand`. */
  readonly mirror: (...entries: readonly (readonly [FakeUpstream, Section?])[]) => Promise<TestRegistry>;
  readonly mirrorWith: (section: Section) => Promise<TestRegistry>;
}

export interface Pulled {
  readonly status: number;
  readonly body: Buffer;
  readonly digest: string | undefined;
  readonly warning: string | undefined;
  readonly response: RegistryResponse;
}

/** Mirrors and upstreams for one test each, closed behind it. */
export function useSync(): SyncServers {
  const upstreams: FakeUpstream[] = [];
  const registries: TestRegistry[] = [];

  afterEach(async () => {
    await Promise.all(registries.splice(0).map((registry) => registry.close()));
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });

  const mirrorWith: SyncServers['mirrorWith'] = async (section) => {
    const registry = await createTestRegistry({ plugins: [{ plugin: sync, section }] });
    registries.push(registry);
    // Runs begin when a test begins them.
    await registry.application.get(JobScheduler).stop(0);
    return registry;
  };
  return {
    upstream: async (port) => {
      const upstream = await FakeUpstream.start(port);
      upstreams.push(upstream);
      return upstream;
    },
    mirror: (...entries) =>
      mirrorWith({ registries: entries.map(([{ url }, more]) => ({ urls: [url], onDemand: true, ...more })) }),
    mirrorWith,
  };
}

/** What the answer to a pull of `path` below `/v2/` says. */
export async function pull(registry: TestRegistry, path: string, method = 'GET'): Promise<Pulled> {
  const response = await registry.request(method, `/v2/${path}`);
  const { status, body } = response;
  return {
    status,
    body,
    digest: headerOf(response, 'docker-content-digest'),
    warning: headerOf(response, 'warning'),
    response,
  };
}
