import { type BuiltManifest, pushManifest, type TestRegistry } from '@berth/testkit';
import { beforeAll } from 'vitest';
import search from '../../plugins/search/src/index.js';
import { until } from './until.js';
import { useRegistry } from './use-registry.js';
import { alpine, app, docker, multi, sbom, signature } from './zot-images.js';
import { askByGet } from './zot-search.js';

export interface Images {
  readonly Page: { readonly TotalCount: number; readonly ItemCount: number };
  readonly Results: readonly { readonly RepoName: string; readonly Tag: string }[];
}

export const IMAGES = '{Page {TotalCount ItemCount} Results {RepoName Tag}}';

export function namesOf({ Results }: Images): string[] {
  return Results.map(({ RepoName, Tag }) => `${RepoName}:${Tag}`);
}

/** A server that searches, with the images of `zot-images.ts` in it: each tag a second after the one before. */
export function useZotImages(): () => TestRegistry {
  const registry = useRegistry({ plugins: [{ plugin: search }] });
  const push = async (repository: string, built: BuiltManifest, tag?: string): Promise<void> => {
    await pushManifest(registry().request, repository, built, tag === undefined ? {} : { tag });
    registry().clock.advance(1000);
  };
  beforeAll(async () => {
    await push('base/alpine', alpine, '3.20');
    await push('team/app', app, '1.0');
    await push('team/app', signature);
    await push('team/app', sbom);
    await push('team/app', docker, '2.0');
    await push('team/multi', multi, 'latest');
    await until(
      'everything is found',
      async () => {
        const { data } = await askByGet<{ all: Images; Referrers: readonly unknown[] }>(
          registry(),
          `{all: ImageList(repo:"")${IMAGES} Referrers(repo:"team/app" digest:"${app.digest}"){Digest}}`,
        );
        return data.all.Page.TotalCount === 4 && data.Referrers.length === 2;
      },
      30_000,
    );
  }, 60_000);
  return registry;
}
