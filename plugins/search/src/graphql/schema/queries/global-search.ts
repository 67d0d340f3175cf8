import { parseRepositoryName } from '@berth/sdk';
import { QueryRefusal } from '../../query-refusal.js';
import { IMAGE_ORDERS } from '../../reading/image-lists.js';
import { all, EVERYTHING, inRepository, passing, withDigest, withTagPrefix } from '../../reading/image-trees.js';
import { NOTHING, type PageInput as RequestedPage, pageOf } from '../../reading/page.js';
import { builder } from '../builder.js';
import { beginningsOf } from '../digest-beginnings.js';
import { checkedText, Filter, filterOf, PageInput, type SearchFilter } from '../inputs.js';
import type { QueryContext } from '../query-context.js';
import { BEST_FIRST, repositoryPage } from '../repository-lists.js';
import { GlobalSearchResult, type SearchResult } from '../results.js';

/** A beginning of so many layers names none. */
const MOST_LAYERS = 100;

interface Asked {
  readonly filter: SearchFilter;
  readonly requestedPage: RequestedPage | null | undefined;
}

builder.queryField('GlobalSearch', (t) =>
  t.field({
    description:
      'Repositories by a part of their name; images by repository:tag, or :tag in all repositories, where the beginning of a tag will do; images and layers by a digest with its algorithm, or its beginning.',
    type: GlobalSearchResult,
    nullable: false,
    args: {
      query: t.arg.string({ required: true }),
      filter: t.arg({ type: Filter }),
      requestedPage: t.arg({ type: PageInput }),
    },
    resolve: (_, { query, filter, requestedPage }, context) => {
      const text = withoutSlashes(checkedText(query, 'query').trim());
      const asked = { filter: filterOf(filter), requestedPage };
      if (/^sha(256|512):/i.test(text)) return searchDigests(text, asked, context);
      return text.includes(':') ? searchImages(text, asked, context) : searchRepositories(text, asked, context);
    },
  }),
);

async function searchRepositories(text: string, asked: Asked, context: QueryContext): Promise<SearchResult> {
  const page = pageOf(asked.requestedPage, { orders: BEST_FIRST, what: 'repositories', most: context.maxResults });
  const found = await repositoryPage(text, asked.filter, page, context);
  return { page: found, repositories: found.rows, images: [], layers: [] };
}

async function searchImages(text: string, asked: Asked, context: QueryContext): Promise<SearchResult> {
  const at = text.lastIndexOf(':');
  const name = text.slice(0, at).toLowerCase();
  const repository = parseRepositoryName(name);
  if (name !== '' && !repository) throw new QueryRefusal('query has to be a name, repository:tag, :tag, or a digest');
  const tree = all(
    repository ? inRepository(repository) : EVERYTHING,
    withTagPrefix(text.slice(at + 1)),
    passing(asked.filter),
  );
  const found = await context.readers.lists.page({ tree }, imagePageOf(asked, context), context.scope);
  return { page: found, images: found.rows, repositories: [], layers: [] };
}

async function searchDigests(text: string, asked: Asked, context: QueryContext): Promise<SearchResult> {
  const page = imagePageOf(asked, context);
  const beginnings = beginningsOf(text);
  const [beginning] = beginnings;
  if (beginning === undefined) return { page: NOTHING, images: [], repositories: [], layers: [] };
  const tree = all(withDigest(beginnings), passing(asked.filter));
  const [found, layers] = await Promise.all([
    context.readers.lists.page({ tree }, page, context.scope),
    context.readers.layers.beginningWith(beginning, context.scope, { offset: 0, limit: MOST_LAYERS }),
  ]);
  return { page: found, images: found.rows, repositories: [], layers: layers.items };
}

function imagePageOf({ requestedPage }: Asked, { maxResults }: QueryContext) {
  return pageOf(requestedPage, { orders: IMAGE_ORDERS, what: 'images', most: maxResults });
}

/** As zot reads it: `/alpine/` is alpine. */
function withoutSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}
