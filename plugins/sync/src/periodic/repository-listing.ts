import type { RepositoryName } from '@berth/sdk';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { fetchCatalog } from '../upstream/fetch-catalog.js';
import { ContentSelection, type Selected } from './content-selection.js';
import type { RunPorts } from './run-ports.js';
import type { RunScope } from './run-scope.js';

export interface ChosenRepository {
  readonly remote: string;
  readonly local: RepositoryName;
  readonly selected: Selected;
}

type Listed = Pick<RunScope, 'registry' | 'requests' | 'observer' | 'signal'>;

/** Which repositories a run is about, and where they lie here. */
export class RepositoryListing {
  readonly #selection: ContentSelection;

  constructor(
    private readonly scope: Listed,
    private readonly ports: Pick<RunPorts, 'catalog' | 'registries'>,
  ) {
    const { config, mapping } = scope.registry;
    this.#selection = new ContentSelection(config.content ?? [], mapping, config.platforms);
  }

  /** Those that are named, which no catalog is needed for. */
  named(): Promise<readonly ChosenRepository[]> {
    return this.#chosen(new Set(this.#selection.named));
  }

  /** Those of the catalog, where a `*` asks for it. Rejects with UpstreamTrouble where the upstream has none. */
  async inCatalog(): Promise<readonly ChosenRepository[]> {
    if (!this.#selection.needsCatalog) return [];
    const { registry, requests, signal } = this.scope;
    const all = await requests.transfer(() => registry.client.ask((host) => fetchCatalog(host, signal)), signal);
    const named = new Set(this.#selection.named);
    return this.#chosen(new Set(all.filter((remote) => !named.has(remote))));
  }

  async #chosen(remotes: ReadonlySet<string>): Promise<readonly ChosenRepository[]> {
    const chosen: ChosenRepository[] = [];
    for (const remote of remotes) {
      const selected = this.#selection.of(remote);
      if (!selected) continue;
      const local = this.scope.registry.mapping.placeOf(remote);
      const objection = local === undefined ? 'no name here leads to it' : await this.#objection(remote, local);
      if (local === undefined || objection !== undefined) this.scope.observer.passedOver(remote, objection ?? '');
      else chosen.push({ remote, local, selected });
    }
    return chosen;
  }

  /** Why it is none of this run's, where it is not. */
  async #objection(remote: string, local: RepositoryName): Promise<string | undefined> {
    const { name } = this.scope.registry;
    const { registries, catalog } = this.ports;
    const known = await catalog.find(local);
    if (known && known.upstream === undefined) return `${local} was pushed here first`;
    const other = known?.upstream;
    if (other !== undefined && other !== name && registries.named(local, other)) return `${local} mirrors ${other}`;
    const meant: UpstreamRegistry | undefined = registries.named(local, name)?.registry;
    return meant?.mapping.remoteOf(local) === remote ? undefined : `${local} is another repository of ${name}`;
  }
}
