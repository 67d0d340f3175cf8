import { parseRepositoryName } from '@berth/sdk';
import type { QueryTree, Term } from '../../../language/query-tree.js';
import { IMAGE_ORDERS, NEWEST_FIRST } from '../../reading/image-lists.js';
import { EVERYTHING, inRepository, withDigest } from '../../reading/image-trees.js';
import { NOTHING, pageOf, type PageInput as RequestedPage } from '../../reading/page.js';
import { builder } from '../builder.js';
import { beginningsOf } from '../digest-beginnings.js';
import { imageOf, membersOf, requiredImage } from '../image-reference.js';
import { ImageSummary } from '../image-summary.js';
import { checkedText, PageInput } from '../inputs.js';
import type { QueryContext } from '../query-context.js';
import { PaginatedImagesResult } from '../results.js';

interface RelatedArguments {
  readonly image: string;
  readonly digest?: string | null | undefined;
  readonly requestedPage?: RequestedPage | null | undefined;
}

/** Images that share their lowest layers with one: of one for several platforms with any of those, or with the one of the digest. */
async function related(
  field: 'base' | 'base-of',
  { image: name, digest, requestedPage }: RelatedArguments,
  context: QueryContext,
) {
  const page = pageOf(requestedPage, { orders: NEWEST_FIRST, what: 'images', most: context.maxResults });
  const image = await imageOf(name, context);
  if (!image) return NOTHING;
  const members = await membersOf(image, digest, context);
  const of = members.map((member): QueryTree => {
    const term: Term = { field, repository: image.repository, reference: member.digest };
    return { kind: 'term', term };
  });
  return context.readers.lists.page({ tree: { kind: 'or', of } }, page, context.scope);
}

builder.queryFields((t) => ({
  Image: t.field({
    type: ImageSummary,
    nullable: false,
    args: { image: t.arg.string({ required: true }) },
    resolve: (_, { image }, context) => requiredImage(image, context),
  }),

  ImageList: t.field({
    description: 'The images of a repository; of all of them where `repo` is empty.',
    type: PaginatedImagesResult,
    nullable: false,
    args: { repo: t.arg.string({ required: true }), requestedPage: t.arg({ type: PageInput }) },
    resolve: (_, { repo, requestedPage }, context) => {
      const page = pageOf(requestedPage, { orders: IMAGE_ORDERS, what: 'images', most: context.maxResults });
      if (repo === '') return context.readers.lists.page({ tree: EVERYTHING }, page, context.scope);
      const repository = parseRepositoryName(checkedText(repo, 'repo'));
      return repository ? context.readers.lists.page({ tree: inRepository(repository) }, page, context.scope) : NOTHING;
    },
  }),

  ImageListForDigest: t.field({
    description: 'The images with such a manifest, configuration or layer; the beginning of a digest will do.',
    type: PaginatedImagesResult,
    nullable: false,
    args: { id: t.arg.string({ required: true }), requestedPage: t.arg({ type: PageInput }) },
    resolve: (_, { id, requestedPage }, context) => {
      const page = pageOf(requestedPage, { orders: IMAGE_ORDERS, what: 'images', most: context.maxResults });
      const beginnings = beginningsOf(checkedText(id, 'id'));
      return beginnings.length === 0
        ? NOTHING
        : context.readers.lists.page({ tree: withDigest(beginnings) }, page, context.scope);
    },
  }),

  DerivedImageList: t.field({
    description: 'The images that are built upon this one: their lowest layers are all of its layers.',
    type: PaginatedImagesResult,
    nullable: false,
    args: {
      image: t.arg.string({ required: true }),
      digest: t.arg.string(),
      requestedPage: t.arg({ type: PageInput }),
    },
    resolve: (_, given, context) => related('base', given, context),
  }),

  BaseImageList: t.field({
    description: 'The images that this one is built upon: all of their layers are its lowest.',
    type: PaginatedImagesResult,
    nullable: false,
    args: {
      image: t.arg.string({ required: true }),
      digest: t.arg.string(),
      requestedPage: t.arg({ type: PageInput }),
    },
    resolve: (_, given, context) => related('base-of', given, context),
  }),
}));
