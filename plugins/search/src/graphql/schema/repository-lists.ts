import type { RepositoryName } from '@berth/sdk';
import type { RepositoryFilter, RepositoryOrder, RepositorySummary } from '../../read/repository-reader.js';
import { type Page, type Paged, pagedOf, rowsWanted } from '../reading/page.js';
import type { SearchFilter } from './inputs.js';
import type { QueryContext } from './query-context.js';

export const REPOSITORY_ORDERS = [
  'UPDATE_TIME',
  'RELEVANCE',
  'ALPHABETIC_ASC',
  'ALPHABETIC_DSC',
  'STARS',
  'DOWNLOADS',
] as const;
export type RepositoryOrderName = (typeof REPOSITORY_ORDERS)[number];

/** The same, for who searches by name. */
export const BEST_FIRST = [
  'RELEVANCE',
  'UPDATE_TIME',
  'ALPHABETIC_ASC',
  'ALPHABETIC_DSC',
  'STARS',
  'DOWNLOADS',
] as const;

const ORDERS: Readonly<Record<RepositoryOrderName, RepositoryOrder>> = {
  UPDATE_TIME: 'updated',
  RELEVANCE: 'relevance',
  ALPHABETIC_ASC: 'name',
  ALPHABETIC_DSC: '-name',
  STARS: 'stars',
  DOWNLOADS: 'pulls',
};

/** Repositories that have an image to show. `text`: what their names hold. */
export async function repositoryPage(
  text: string,
  filter: SearchFilter,
  page: Page<RepositoryOrderName>,
  context: QueryContext,
): Promise<Paged<RepositorySummary>> {
  const asked = { ...(text !== '' && { name: text }), ...(await restrictionOf(filter, context)) };
  const offsets = { offset: page.offset, limit: rowsWanted(page) };
  const { items, total } = await context.readers.repositories.list(asked, ORDERS[page.order], offsets, context.scope);
  return pagedOf({ rows: items, total }, page);
}

async function restrictionOf(filter: SearchFilter, { readers, identity }: QueryContext): Promise<RepositoryFilter> {
  const { os, architectures, isSigned, isBookmarked, isStarred } = filter;
  const among: (readonly RepositoryName[])[] = [];
  const except: (readonly RepositoryName[])[] = [];
  for (const [kind, isWanted] of [['bookmark', isBookmarked] as const, ['star', isStarred] as const]) {
    if (isWanted !== undefined)
      (isWanted ? among : except).push(await readers.preferences.markedBy(identity.user, kind));
  }
  const [first, second] = among;
  return {
    os,
    architecture: architectures,
    ...(isSigned && { isSigned }),
    ...(first && { among: second ? first.filter((name) => second.includes(name)) : first }),
    except: except.flat(),
  };
}
