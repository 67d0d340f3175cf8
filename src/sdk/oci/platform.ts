/** What a child of an index runs on. image-spec image-index.md */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}
