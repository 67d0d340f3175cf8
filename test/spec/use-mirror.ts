import { ANONYMOUS, parseRepositoryName, parseTag, type SourceFinds, type SourceResult } from '@berth/sdk';
import type { BuiltManifest, TestRegistry } from '@berth/testkit';
import { afterEach, beforeAll, expect, vi } from 'vitest';
import { ManifestService, type PulledManifest } from '../../src/content/manifests/manifest.service.js';
import { ABSENT, FixtureSource, UPSTREAM } from './fixture-source.js';
import { senderTo, useRegistry } from './use-registry.js';

let named = 0;

/** A repository that no other test has. */
export const aName = (): string => `mirror/app-${String(named++)}`;

export const pathOf = (repository: string, reference: string): string => `/v2/${repository}/manifests/${reference}`;

/** What `manifest.readMiss` finds. */
export function found({ manifest, mediaType }: BuiltManifest): SourceResult<SourceFinds['manifest.readMiss']> {
  return { outcome: 'found', found: { mediaType, bytes: manifest, upstream: UPSTREAM } };
}

/** What `tag.refresh` finds. */
export function pointsAt({
  digest,
  mediaType,
  manifest,
}: BuiltManifest): Promise<SourceResult<SourceFinds['tag.refresh']>> {
  return Promise.resolve({ outcome: 'found', found: { digest, mediaType, size: manifest.byteLength } });
}

export interface Mirror {
  readonly registry: () => TestRegistry;
  readonly send: ReturnType<typeof senderTo>;
  readonly source: FixtureSource;
  /** The source has these, each by its digest and the first by every tag. */
  readonly sourceHas: (...built: readonly [BuiltManifest, ...BuiltManifest[]]) => void;
  /** How often the source was asked for a manifest. */
  readonly asked: (repository: string) => number;
  /** A repository that mirrors `built` under the tag `v1`. */
  readonly aMirrorOf: (built: BuiltManifest) => Promise<string>;
  /** Pulls `v1` past HTTP, with a signal of the test's own. */
  readonly pull: (repository: string, signal?: AbortSignal) => Promise<PulledManifest>;
}

/** One server for all tests of a file, with a source that each test tells what to answer. */
export function useMirror(): Mirror {
  const registry = useRegistry();
  const send = senderTo(registry);
  const source = new FixtureSource();
  beforeAll(() => {
    source.listenTo(registry());
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    source.reset();
  });

  const sourceHas: Mirror['sourceHas'] = (...built) => {
    source.answers['manifest.readMiss'] = ({ reference }) => {
      const one = reference.kind === 'tag' ? built[0] : built.find(({ digest }) => digest === reference.digest);
      return Promise.resolve(one ? found(one) : ABSENT);
    };
  };

  const asked: Mirror['asked'] = (repository) => source.askedOf('manifest.readMiss', repository).length;

  const aMirrorOf: Mirror['aMirrorOf'] = async (built) => {
    const repository = aName();
    sourceHas(built);
    expect((await send('GET', pathOf(repository, 'v1'))).status).toBe(200);
    source.reset();
    return repository;
  };

  const pull: Mirror['pull'] = (repository, signal = new AbortController().signal) => {
    const name = parseRepositoryName(repository) ?? expect.fail();
    const reference = { kind: 'tag', tag: parseTag('v1') ?? expect.fail() } as const;
    const context = { identity: ANONYMOUS, actor: undefined, requestId: undefined, signal, warn: () => undefined };
    return registry().application.get(ManifestService).pull(name, reference, context);
  };
  return { registry, send, source, sourceHas, asked, aMirrorOf, pull };
}
