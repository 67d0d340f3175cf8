import { type RepositoryName, parseRepositoryName } from '@berth/sdk';
import { pathOfNamespace } from '../config/are-hosts.js';
import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';
import { below, ContentMapping } from './content-mapping.js';
import { DOCKER_HUB, inLibrary, isDockerHub, LIBRARY } from './docker-hub.js';

type Mapped = Pick<UpstreamRegistryConfig, 'urls' | 'namespaces' | 'content'>;

/** Which repositories here are which of one upstream. */
export class RegistryMapping {
  readonly #namespacePaths: readonly string[];
  readonly #contents: readonly ContentMapping[];
  readonly #isHub: boolean;

  constructor({ urls, namespaces, content = [] }: Mapped) {
    this.#namespacePaths = namespaces.map(pathOfNamespace);
    this.#contents = content.map((entry) => new ContentMapping(entry));
    this.#isHub = this.#namespacePaths.includes(DOCKER_HUB) || urls.some((url) => isDockerHub(new URL(url).host));
  }

  /**
   * The repository of the upstream that `local` mirrors; `undefined` where this upstream does not answer for it. An upstream with
   * namespaces answers for what lies below them, and beside that only for what its `content` names.
   */
  remoteOf(local: string): string | undefined {
    for (const path of this.#namespacePaths) {
      const remote = this.#remote(below(path, local) ?? '');
      if (remote !== '' && this.#takesInNamespace(remote)) return remote;
    }
    for (const content of this.#contents) {
      const remote = content.remoteOf(local);
      if (remote !== undefined) return this.#remote(remote);
    }
    const isForEverything = this.#contents.length === 0 && this.#namespacePaths.length === 0;
    return isForEverything ? this.#remote(local) : undefined;
  }

  /** What a name in `content` is called by the upstream. */
  remoteNamed(name: string): string {
    return this.#remote(name);
  }

  /** Where a repository of the upstream lies here; `undefined` where it has no place, or another one has its name. */
  placeOf(remote: string): RepositoryName | undefined {
    const spellings = this.#isHub && remote.startsWith(LIBRARY) ? [remote, remote.slice(LIBRARY.length)] : [remote];
    const content = this.#contents.find((entry) => spellings.some((name) => entry.matches(name)));
    const paths = content?.hasDestination ? [] : this.#namespacePaths.map((path) => `${path}/${remote}`);
    const inContent = spellings.map((name) => content?.localOf(name) ?? name);
    return [...paths, ...inContent]
      .map(parseRepositoryName)
      .find((local) => local !== undefined && this.remoteOf(local) === remote);
  }

  answersForNamespace(path: string): boolean {
    return this.#namespacePaths.includes(path);
  }

  /**
   * What `name` of a namespace is called here: below the namespace, unless its `content` has another place for it. `undefined` where that
   * is no name, or another repository of this upstream has it: better none than the wrong one.
   */
  localOf(name: string, namespacePath: string): RepositoryName | undefined {
    const remote = this.#remote(below(namespacePath, name) ?? name);
    const content = this.#contents.find((entry) => entry.matches(remote));
    const local = parseRepositoryName(content?.hasDestination ? content.localOf(remote) : `${namespacePath}/${remote}`);
    const holder = local && this.remoteOf(local);
    return holder === undefined || holder === remote ? local : undefined;
  }

  /** True where a `content` with a place of its own takes it. */
  hasPlaceFor(name: string, namespacePath: string): boolean {
    const remote = this.#remote(below(namespacePath, name) ?? name);
    return this.#contents.find((entry) => entry.matches(remote))?.hasDestination ?? false;
  }

  #takesInNamespace(remote: string): boolean {
    if (this.#contents.length === 0) return true;
    const content = this.#contents.find((entry) => entry.matches(remote));
    return content !== undefined && !content.hasDestination;
  }

  #remote(name: string): string {
    return this.#isHub ? inLibrary(name) : name;
  }
}
