import { Injectable } from '@nestjs/common';
import { parseRepositoryName, RegistryError, type RepositoryName, type RepositoryResolver } from '@berth/sdk';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hostOf } from './external-url.js';

/** A host, with a port perhaps: what containerd sends. */
const NAMESPACE = /^[\w.[\]:-]{1,255}$/;

/** No repository can be called so, and none is meant. */
const NO_NAME = ':';

/** Which local repository a request means. Without a resolver it is the one it names, and `?ns=` is ignored. */
@Injectable()
export class RepositoryResolution {
  #resolver: RepositoryResolver | undefined;

  /** Takes the resolver that a plugin contributes. */
  use(resolver: RepositoryResolver): void {
    this.#resolver = resolver;
  }

  /** What a client that has asked `host`, without its port, means by `name` when it says no namespace. */
  meant(name: RepositoryName, host: string | undefined): RepositoryName {
    return this.#resolver?.resolve({ name, namespace: undefined, host })?.repository ?? name;
  }

  /** Has the repository that is meant take the place of the one that is named, before the guard sees it. */
  install(fastify: FastifyInstance): void {
    fastify.outside.hasAliases = true;
    fastify.addHook('onRequest', (request, reply, done) => {
      try {
        this.#apply(request, reply);
        done();
      } catch (cause) {
        done(cause as Error);
      }
    });
  }

  #apply(request: FastifyRequest, reply: FastifyReply): void {
    if (!this.#resolver || !request.routeOptions.url?.startsWith('/v2/:name')) return;
    const params = request.params as { name: string };
    const name = parseRepositoryName(params.name);
    // What is no name is refused where it is read.
    if (!name) return;
    const { ns } = request.query as { readonly ns?: string | readonly string[] };
    const namespace = typeof ns === 'string' ? ns : ns?.[0];
    if (namespace !== undefined && !NAMESPACE.test(namespace))
      throw new RegistryError('NAME_INVALID', { detail: { namespace } });
    const resolved = this.#resolver.resolve({ name, namespace, host: hostOf(request) });
    if (!resolved) {
      // Which namespaces there are is nothing for strangers: it is said where the name is read, behind the guard.
      request.facts.unresolved = new RegistryError('NAME_UNKNOWN', { detail: { name, namespace } });
      params.name = NO_NAME;
      return;
    }
    params.name = resolved.repository;
    // spec.md#registry-proxying: a registry that goes by `ns` says so. Set on Node's own response, past which nothing is sent.
    if (namespace !== undefined) reply.raw.setHeader('OCI-Namespace', namespace);
  }
}
