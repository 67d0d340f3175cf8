/**
 * What whoever asks may read, as ids of rows of `repositories`: all up to one (those that came later were not asked for), or some. Nothing
 * else is returned, counted, or told apart from what is not there.
 */
export type ReadScope = { readonly upTo: number } | { readonly repositories: readonly number[] };
