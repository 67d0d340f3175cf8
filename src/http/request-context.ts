import type { FastifyRequest } from 'fastify';

/** What the edge knows of a request beyond HTTP, for the log, metrics and audit. */
export interface RequestFacts {
  /** `performance.now()` when it arrived. */
  readonly arrived: number;
  actor: string | undefined;
  repository: string | undefined;
  reference: string | undefined;
  digest: string | undefined;
  /** Bytes of the body that was received or sent. */
  bytes: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    facts: RequestFacts;
  }
}

export function newFacts(): RequestFacts {
  return {
    arrived: performance.now(),
    actor: undefined,
    repository: undefined,
    reference: undefined,
    digest: undefined,
    bytes: 0,
  };
}

/** Who asks, in which request, and the signal that aborts when the client goes away. */
export function contextOf(request: FastifyRequest): {
  readonly actor: string | undefined;
  readonly requestId: string;
  readonly signal: AbortSignal;
} {
  return {
    actor: request.facts.actor,
    requestId: request.id,
    // Fastify makes the signal when it is first asked for; most requests never do.
    get signal() {
      return request.signal;
    },
  };
}
