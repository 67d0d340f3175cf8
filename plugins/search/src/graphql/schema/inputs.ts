import { QueryRefusal } from '../query-refusal.js';
import type { ImageFilter } from '../reading/image-trees.js';
import { SORT_CRITERIA } from '../reading/page.js';
import { builder } from './builder.js';

export const SortCriteria = builder.enumType('SortCriteria', { values: SORT_CRITERIA });

export const PageInput = builder.inputType('PageInput', {
  description: 'A part of a list; without a limit, or with one of 0, all of it.',
  fields: (t) => ({ limit: t.int(), offset: t.int(), sortBy: t.field({ type: SortCriteria }) }),
});

export const PlatformInput = builder.inputType('PlatformInput', {
  fields: (t) => ({ Os: t.string(), Arch: t.string() }),
});

export const ImageInput = builder.inputType('ImageInput', {
  description: 'An image; of one for several platforms that of one of them, by its digest or platform.',
  fields: (t) => ({
    Repo: t.string({ required: true }),
    Tag: t.string({ required: true }),
    Digest: t.string(),
    Platform: t.field({ type: PlatformInput }),
  }),
});

const LOOSE_STRINGS = { list: false, items: false } as const;

export const Filter = builder.inputType('Filter', {
  fields: (t) => ({
    Os: t.stringList({ required: LOOSE_STRINGS }),
    Arch: t.stringList({ required: LOOSE_STRINGS }),
    HasToBeSigned: t.boolean(),
    IsBookmarked: t.boolean(),
    IsStarred: t.boolean(),
  }),
});

export type ImageInputValue = typeof ImageInput.$inferInput;
export type FilterValue = typeof Filter.$inferInput;

/** What of a filter concerns repositories alone. `undefined`: either. */
export interface SearchFilter extends ImageFilter {
  readonly isBookmarked: boolean | undefined;
  readonly isStarred: boolean | undefined;
}

export const NO_FILTER: SearchFilter = {
  os: [],
  architectures: [],
  isSigned: false,
  isBookmarked: undefined,
  isStarred: undefined,
};

/** As long as zot takes. */
const LONGEST_TEXT = 256;
/** Each system goes with each architecture. */
const MOST_NAMES = 20;

/** @throws QueryRefusal for names that are longer, or more, than any platform's */
export function filterOf(value: FilterValue | null | undefined): SearchFilter {
  if (!value) return NO_FILTER;
  return {
    os: namesOf(value.Os, 'filter.Os'),
    architectures: namesOf(value.Arch, 'filter.Arch'),
    isSigned: value.HasToBeSigned ?? false,
    isBookmarked: value.IsBookmarked ?? undefined,
    isStarred: value.IsStarred ?? undefined,
  };
}

function namesOf(values: readonly (string | null | undefined)[] | null | undefined, argument: string): string[] {
  const names = (values ?? []).map((value) =>
    checkedText(value ?? '', argument)
      .trim()
      .toLowerCase(),
  );
  if (names.length > MOST_NAMES)
    throw new QueryRefusal(`${argument} cannot have more than ${String(MOST_NAMES)} names`);
  return names.filter((name) => name !== '');
}

/** @throws QueryRefusal for a text that is longer than anything to search for */
export function checkedText(text: string, argument: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  throw new QueryRefusal(`${argument} cannot be longer than ${String(LONGEST_TEXT)} characters`);
}
