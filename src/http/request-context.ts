import type { ServerResponse } from 'node:http';
import { ANONYMOUS, type CounterSeries, type Identity, type RegistryError, type TraceContext } from '@berth/sdk';
import type { FastifyRequest } from 'fastify';

/** Holds nothing secret. */
export interface FailedLogin {
  readonly method: string;
  readonly user: string | undefined;
  readonly reason: string;
}

/** What the edge knows of a request beyond HTTP, for the log, metrics and audit. */
export interface RequestFacts {
  /** `performance.now()` when it arrived. */
  readonly arrived: number;
  /** Who asks; nobody known before the guard has looked. */
  identity: Identity;
  /** A login that failed: who it was said to be, how, and why it was refused. */
  login: FailedLogin | undefined;
  /** The rule by which something was refused. */
  rule: string | undefined;
  /** The name of who asks. */
  actor: string | undefined;
  repository: string | undefined;
  /** Why the name that was asked for stands for no repository. */
  unresolved: RegistryError | undefined;
  reference: string | undefined;
  digest: string | undefined;
  /** Bytes of the body that was received or sent. */
  bytes: number;
  /** Bytes of a long answer that have left so far. */
  sent: number;
  /** Counts the content that was sent, once the answer is over. */
  counted: CounterSeries | undefined;
  /** The span of the request, where requests are traced. */
  readonly span: TraceContext | undefined;
  readonly response: ServerResponse;
  /** Milliseconds of silence after which the answer is cut. */
  readonly idleTimeout: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    facts: RequestFacts;
  }
}

export function newFacts(response: ServerResponse, idleTimeout: number, span?: TraceContext): RequestFacts {
  return {
    arrived: performance.now(),
    identity: ANONYMOUS,
    login: undefined,
    rule: undefined,
    actor: undefined,
    repository: undefined,
    unresolved: undefined,
    reference: undefined,
    digest: undefined,
    bytes: 0,
    sent: 0,
    counted: undefined,
    span,
    response,
    idleTimeout,
  };
}

/** Who asks, in which request, and the signal that aborts when the client goes away. */
export function contextOf(request: FastifyRequest): RequestContext {
  return new RequestContext(request);
}

/** Fastify's own `request.signal` aborts as soon as a body has been read; this one only when the client has gone. */
class RequestContext {
  readonly identity: Identity;
  readonly actor: string | undefined;
  readonly requestId: string;
  #signal: AbortSignal | undefined;
  #warnings: string[] | undefined;

  constructor(private readonly request: FastifyRequest) {
    this.identity = request.facts.identity;
    this.actor = request.facts.actor;
    this.requestId = request.id;
  }

  get traceparent(): string | undefined {
    return this.request.facts.span?.toString();
  }

  /** What a gate let pass with a remark, for the answer's `Warning` headers. */
  get warnings(): readonly string[] {
    return this.#warnings ?? [];
  }

  warn(text: string): void {
    (this.#warnings ??= []).push(text);
  }

  /** Made when it is first asked for: most requests never do. */
  get signal(): AbortSignal {
    return (this.#signal ??= signalOf(this.request.facts.response));
  }
}

function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('The client has gone.'));
  });
  if (response.destroyed) controller.abort(new Error('The client has gone.'));
  return controller.signal;
}
