import type { Paged } from '../reading/page.js';
import type { ImageSummary as Image } from '../../read/image-summary.js';
import type { LayerSummary as Layer } from '../../read/layer-reader.js';
import type { RepositorySummary } from '../../read/repository-reader.js';
import { builder, LOOSE } from './builder.js';
import { ImageSummary } from './image-summary.js';
import { LayerSummary, PageInfo } from './parts.js';
import { RepoSummary } from './repository-summary.js';

export const PaginatedReposResult = builder.objectRef<Paged<RepositorySummary>>('PaginatedReposResult').implement({
  fields: (t) => ({
    Page: t.field({ type: PageInfo, resolve: pageInfoOf }),
    Results: t.field({ type: [RepoSummary], nullable: false, resolve: ({ rows }) => rows }),
  }),
});

export const PaginatedImagesResult = builder.objectRef<Paged<Image>>('PaginatedImagesResult').implement({
  fields: (t) => ({
    Page: t.field({ type: PageInfo, resolve: pageInfoOf }),
    Results: t.field({ type: [ImageSummary], nullable: false, resolve: ({ rows }) => rows }),
  }),
});

export interface RepositoryInfo {
  readonly repository: RepositorySummary;
  readonly images: readonly Image[];
}

export const RepoInfo = builder.objectRef<RepositoryInfo>('RepoInfo').implement({
  fields: (t) => ({
    Images: t.field({ type: [ImageSummary], nullable: LOOSE, resolve: ({ images }) => images }),
    Summary: t.field({ type: RepoSummary, resolve: ({ repository }) => repository }),
  }),
});

export interface SearchResult {
  readonly page: Paged<unknown>;
  readonly images: readonly Image[];
  readonly repositories: readonly RepositorySummary[];
  readonly layers: readonly Layer[];
}

export const GlobalSearchResult = builder.objectRef<SearchResult>('GlobalSearchResult').implement({
  fields: (t) => ({
    Page: t.field({ type: PageInfo, resolve: ({ page }) => pageInfoOf(page) }),
    Images: t.field({ type: [ImageSummary], nullable: LOOSE, resolve: ({ images }) => images }),
    Repos: t.field({ type: [RepoSummary], nullable: LOOSE, resolve: ({ repositories }) => repositories }),
    Layers: t.field({ type: [LayerSummary], nullable: LOOSE, resolve: ({ layers }) => layers }),
  }),
});

export function pageInfoOf({ rows, total }: Paged<unknown>): { readonly total: number; readonly items: number } {
  return { total, items: rows.length };
}
