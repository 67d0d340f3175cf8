import type { RepositorySummary } from '../../read/repository-reader.js';
import { builder, LOOSE } from './builder.js';
import { ImageSummary } from './image-summary.js';
import { Platform } from './parts.js';

export const RepoSummary = builder.objectRef<RepositorySummary>('RepoSummary').implement({
  fields: (t) => ({
    Name: t.exposeString('name'),
    LastUpdated: t.field({
      description: 'When its newest image was tagged.',
      type: 'Time',
      resolve: ({ updatedAt }) => updatedAt,
    }),
    Size: t.string({ resolve: ({ size }) => String(size) }),
    Platforms: t.field({ type: [Platform], nullable: LOOSE, resolve: ({ platforms }) => platforms }),
    Vendors: t.stringList({ nullable: LOOSE, resolve: ({ vendors }) => vendors }),
    NewestImage: t.field({
      description: 'The one that was tagged last.',
      type: ImageSummary,
      resolve: ({ newest }) => newest,
    }),
    DownloadCount: t.exposeInt('pulls'),
    StarCount: t.int({ resolve: async ({ name }, _, { parts }) => (await parts.marks.load(name)).stars }),
    IsBookmarked: t.boolean({ resolve: async ({ name }, _, { parts }) => (await parts.marks.load(name)).isBookmarked }),
    IsStarred: t.boolean({ resolve: async ({ name }, _, { parts }) => (await parts.marks.load(name)).isStarred }),
    Rank: t.exposeInt('rank', { description: 'How well its name fits what was searched for: the more, the better.' }),
  }),
});
