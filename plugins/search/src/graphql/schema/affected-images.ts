import type { RepositoryName, ScannedImage } from '@berth/sdk';
import { updatedAt } from '../reading/image-lists.js';
import { inRepository } from '../reading/image-trees.js';
import { membersOfImage } from './image-summary.js';
import type { QueryContext } from './query-context.js';

/** More than any vulnerability is in that somebody looks at one by one. */
const MOST = 20_000;

/** Manifests that a vulnerability was found in, as far as whoever asks may know of them. */
export async function affectedManifests(id: string, context: QueryContext): Promise<readonly number[]> {
  const affected = await context.scanner.affected(id, context.signal);
  return context.readers.manifests.among(affected.slice(0, MOST), context.scope);
}

/** Manifests of a repository that were scanned, are free of a vulnerability, and newer than the first that is not. */
export async function fixedManifests(
  id: string,
  repository: RepositoryName,
  context: QueryContext,
): Promise<readonly number[]> {
  const page = { limit: undefined, most: context.maxResults, offset: 0, order: 'UPDATE_TIME' } as const;
  const { rows } = await context.readers.lists.page({ tree: inRepository(repository) }, page, context.scope);
  const scanned = await Promise.all(
    rows.map(async (image) => ({
      at: updatedAt(image),
      id: image.manifestId,
      state: await stateOf(await membersOfImage(image, context), id, context),
    })),
  );
  const first = Math.min(...scanned.filter(({ state }) => state === 'affected').map(({ at }) => at));
  const isAnyAffected = Number.isFinite(first);
  return scanned.flatMap((one) => (one.state === 'free' && (!isAnyAffected || one.at > first) ? [one.id] : []));
}

type State = 'affected' | 'free' | 'unknown';

/** Of an image for several platforms one that is affected is enough, and all have to be free. */
async function stateOf(members: readonly ScannedImage[], id: string, context: QueryContext): Promise<State> {
  const { scanner, signal } = context;
  const all = await Promise.all(members.map(({ repository, digest }) => scanner.find({ repository, digest }, signal)));
  if (all.some((found) => found?.some((one) => one.id === id))) return 'affected';
  return all.length > 0 && all.every((found) => found !== undefined) ? 'free' : 'unknown';
}
