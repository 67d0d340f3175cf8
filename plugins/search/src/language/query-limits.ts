/** So that one query costs no more than a server has. */
export const LONGEST_QUERY = 4096;
export const MOST_TERMS = 50;
export const DEEPEST_QUERY = 20;
/** Stars and question marks of one pattern. */
export const MOST_WILDCARDS = 8;
