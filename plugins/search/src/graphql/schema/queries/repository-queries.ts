import { parseDigest, parseRepositoryName } from '@berth/sdk';
import { inRepository } from '../../reading/image-trees.js';
import { type PageInput as RequestedPage, pageOf } from '../../reading/page.js';
import { QueryRefusal } from '../../query-refusal.js';
import { builder } from '../builder.js';
import { checkedText, NO_FILTER, PageInput, type SearchFilter } from '../inputs.js';
import { Referrer } from '../parts.js';
import type { QueryContext } from '../query-context.js';
import { REPOSITORY_ORDERS, repositoryPage } from '../repository-lists.js';
import { PaginatedReposResult, RepoInfo } from '../results.js';

function repositories(requestedPage: RequestedPage | null | undefined, filter: SearchFilter, context: QueryContext) {
  const page = pageOf(requestedPage, { orders: REPOSITORY_ORDERS, what: 'repositories', most: context.maxResults });
  return repositoryPage('', filter, page, context);
}

builder.queryFields((t) => ({
  RepoListWithNewestImage: t.field({
    type: PaginatedReposResult,
    nullable: false,
    args: { requestedPage: t.arg({ type: PageInput }) },
    resolve: (_, { requestedPage }, context) => repositories(requestedPage, NO_FILTER, context),
  }),

  StarredRepos: t.field({
    description: 'The repositories that whoever asks has starred.',
    type: PaginatedReposResult,
    nullable: false,
    args: { requestedPage: t.arg({ type: PageInput }) },
    resolve: (_, { requestedPage }, context) => repositories(requestedPage, { ...NO_FILTER, isStarred: true }, context),
  }),

  BookmarkedRepos: t.field({
    description: 'The repositories that whoever asks has bookmarked.',
    type: PaginatedReposResult,
    nullable: false,
    args: { requestedPage: t.arg({ type: PageInput }) },
    resolve: (_, { requestedPage }, context) =>
      repositories(requestedPage, { ...NO_FILTER, isBookmarked: true }, context),
  }),

  ExpandedRepoInfo: t.field({
    description: 'A repository and its images, the newest first.',
    type: RepoInfo,
    nullable: false,
    args: { repo: t.arg.string({ required: true }) },
    resolve: async (_, { repo }, context) => {
      const name = parseRepositoryName(checkedText(repo, 'repo'));
      const repository = name && (await context.readers.repositories.find(name, context.scope));
      if (!repository) throw new QueryRefusal(`the repository ${repo} is not there`);
      const page = { limit: undefined, most: context.maxResults, offset: 0, order: 'UPDATE_TIME' } as const;
      const { rows } = await context.readers.lists.page({ tree: inRepository(repository.name) }, page, context.scope);
      return { repository, images: rows };
    },
  }),

  Referrers: t.field({
    description: 'What refers to a manifest; of all types where none is given.',
    type: [Referrer],
    nullable: { list: false, items: true },
    args: {
      repo: t.arg.string({ required: true }),
      digest: t.arg.string({ required: true }),
      type: t.arg.stringList({ required: { list: false, items: true } }),
    },
    resolve: async (_, { repo, digest: text, type }, context) => {
      const repository = parseRepositoryName(checkedText(repo, 'repo'));
      const digest = parseDigest(checkedText(text, 'digest'));
      if (!digest) throw new QueryRefusal('digest has to be a digest');
      const types = new Set((type ?? []).map((one) => checkedText(one, 'type')).filter((one) => one !== ''));
      const manifest = repository && (await context.readers.manifests.find(repository, digest, context.scope));
      const referrers = manifest === undefined ? [] : await context.parts.referrers.load(manifest);
      return types.size === 0 ? referrers : referrers.filter((one) => types.has(one.artifactType ?? ''));
    },
  }),
}));
