import { parseRepositoryGlob, type RepositoryGlob } from '@berth/sdk';
import type { ContentConfig } from '../config/content.config.js';
import { trimSlashes } from '../config/is-repository-path.js';

const META = /[*?[\]{}\\]/;

/** One entry of `content`: which repositories of the upstream it is about, and what they are called here. As zot maps them. */
export class ContentMapping {
  readonly hasDestination: boolean;
  readonly #glob: RepositoryGlob | undefined;
  readonly #destination: string;
  /** What `stripPrefix` leaves out: the whole parts before the first that has a meta-character. */
  readonly #stripped: string;

  constructor({ prefix, destination, stripPrefix }: ContentConfig) {
    const pattern = trimSlashes(prefix);
    this.#glob = parseRepositoryGlob(pattern);
    this.#destination = trimSlashes(destination ?? '');
    this.hasDestination = this.#destination !== '' || stripPrefix;
    this.#stripped = stripPrefix ? literalParts(pattern) : '';
  }

  /** `remote`: a repository of the upstream. */
  matches(remote: string): boolean {
    return this.#glob?.matches(remote) ?? false;
  }

  localOf(remote: string): string {
    return joined(this.#destination, below(this.#stripped, remote) ?? remote);
  }

  /** Which repository of the upstream is called `local` here; `undefined` where none is. */
  remoteOf(local: string): string | undefined {
    const inner = below(this.#destination, local);
    const remote = inner === undefined ? undefined : joined(this.#stripped, inner);
    // `*` matches nothing too, and nothing is no repository.
    return remote !== undefined && remote !== '' && this.matches(remote) ? remote : undefined;
  }
}

/** What stands behind `prefix` and a slash, or nothing where `name` is the prefix; `undefined` where it is not below it. */
export function below(prefix: string, name: string): string | undefined {
  if (prefix === '') return name;
  if (name === prefix) return '';
  return name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : undefined;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

function literalParts(pattern: string): string {
  const parts = pattern.split('/');
  const meta = parts.findIndex((part) => META.test(part));
  return parts.slice(0, meta < 0 ? undefined : meta).join('/');
}
