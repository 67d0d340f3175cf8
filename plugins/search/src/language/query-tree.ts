import type { Pattern } from './pattern.js';

/** What a comparison asks for; `=` where nothing is written. */
export type Comparison = '<' | '<=' | '>' | '>=' | '=';

/** One thing that is asked of an image. */
export type Term =
  | { readonly field: 'text'; readonly pattern: Pattern }
  | { readonly field: 'repo' | 'tag' | 'mediatype' | 'artifacttype' | 'mirrored-from'; readonly pattern: Pattern }
  /** `range`: of npm's semantic versions. */
  | { readonly field: 'version'; readonly range: string }
  /** The beginning of a digest, algorithm included. */
  | { readonly field: 'digest'; readonly prefix: string }
  /** `value` absent: the key alone. */
  | { readonly field: 'label' | 'annotation'; readonly key: string; readonly value: Pattern | undefined }
  /** Absent parts may be anything. */
  | {
      readonly field: 'platform';
      readonly os: Pattern;
      readonly architecture: Pattern | undefined;
      readonly variant: Pattern | undefined;
    }
  /** Bytes. */
  | { readonly field: 'size'; readonly comparison: Comparison; readonly bytes: number }
  /** How long ago, in milliseconds; or a day, as milliseconds since the epoch at its beginning. */
  | { readonly field: 'pushed'; readonly comparison: Comparison; readonly age: number }
  | { readonly field: 'pushed'; readonly comparison: Comparison; readonly day: number }
  | { readonly field: 'signed'; readonly isSigned: boolean }
  /** Built on an image, or what an image is built on: `repository:tag`, `repository@digest`, or a digest. */
  | { readonly field: 'base' | 'base-of'; readonly repository: string | undefined; readonly reference: string };

export type Field = Exclude<Term['field'], 'text' | 'version'>;

export const FIELDS: readonly Field[] = [
  'repo',
  'tag',
  'digest',
  'label',
  'annotation',
  'platform',
  'mediatype',
  'artifacttype',
  'size',
  'pushed',
  'signed',
  'base',
  'base-of',
  'mirrored-from',
];

export type QueryTree =
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'not'; readonly of: QueryTree }
  | { readonly kind: 'and' | 'or'; readonly of: readonly QueryTree[] }
  /** The empty query. */
  | { readonly kind: 'all' };
