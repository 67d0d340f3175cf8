import { Injectable } from '@nestjs/common';
import type { MirroredRepository, RepositoryRequest, RepositoryResolver, ResolvedRepository } from '@berth/sdk';
import { pathOfNamespace } from '../config/are-hosts.js';
import { below } from '../mapping/content-mapping.js';
import { Registries } from './registries.js';

/**
 * What a request means where upstreams have namespaces: containerd's `?ns=`, the host that was asked, or a name that begins with one.
 * And where what comes from them is to lie.
 */
@Injectable()
export class NamespaceResolver implements RepositoryResolver {
  constructor(private readonly registries: Registries) {}

  resolve({ name, namespace, host }: RepositoryRequest): ResolvedRepository | undefined {
    const all = this.registries.all;
    const declared = all.flatMap(({ config }) => config.namespaces.map(pathOfNamespace));
    // As in zot, nothing goes by a namespace until one is declared.
    if (declared.length === 0) return { repository: name };
    const path = namespace === undefined ? this.#aliased(host) : pathOfNamespace(namespace);
    const meant = path ?? declared.find((one) => below(one, name) !== undefined && name !== one);
    if (meant === undefined) return { repository: name };
    return this.#inNamespace(name, meant);
  }

  storeOf({ repository, upstream }: MirroredRepository): string | undefined {
    return this.registries.entryOf(upstream, repository)?.config.storage;
  }

  #aliased(host: string | undefined): string | undefined {
    if (host === undefined) return undefined;
    const asked = host.toLowerCase();
    const registry = this.registries.all.find(({ config }) =>
      config.hostAliases.some((alias) => alias.toLowerCase() === asked),
    );
    const [namespace] = registry?.config.namespaces ?? [];
    return namespace === undefined ? undefined : pathOfNamespace(namespace);
  }

  #inNamespace(name: string, path: string): ResolvedRepository | undefined {
    const answering = this.registries.all.filter(({ mapping }) => mapping.answersForNamespace(path));
    const { mapping } = answering.find((one) => one.mapping.hasPlaceFor(name, path)) ?? answering[0] ?? {};
    const repository = mapping?.localOf(name, path);
    return repository && { repository };
  }
}
