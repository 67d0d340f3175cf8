import { Injectable } from '@nestjs/common';
import { Meter, Notifier } from '@berth/sdk';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog } from '../logging/audit-log.js';
import { RegistryLogger } from '../logging/registry-logger.js';
import { RequestSeries } from './request-series.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const REFUSALS = new Set([401, 403, 405, 429]);

/** The status written down where the client went away before it had the answer; nothing of the kind is ever sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** Writes down each request once it is over: the log, the numbers, the audit, and those who listen. */
@Injectable()
export class RequestRecord {
  readonly #series: RequestSeries;

  constructor(
    private readonly logger: RegistryLogger,
    private readonly audit: AuditLog,
    private readonly notifier: Notifier,
    meter: Meter,
  ) {
    this.#series = new RequestSeries(meter);
  }

  /** `isWhole`: false where the client went away before it had the answer. */
  completed(request: FastifyRequest, reply: FastifyReply, isWhole: boolean): void {
    const { method, facts, id } = request;
    const status = isWhole ? reply.statusCode : CLIENT_CLOSED_REQUEST;
    const duration = performance.now() - facts.arrived;
    const { repository, reference, digest, actor, bytes, login, rule } = facts;
    this.#series.add(method, status, duration, isWhole && method === 'GET' ? bytes : 0);
    facts.counted?.add(isWhole ? bytes : facts.sent);
    const line = {
      requestId: id,
      method,
      path: pathOf(request),
      status,
      duration,
      bytes,
      address: request.ip,
      userAgent: request.headers['user-agent'],
      actor,
      repository,
      reference,
      digest,
      login,
      rule,
    };
    this.logger.request(line);
    const route = request.routeOptions.url ?? '';
    // Who hangs up before the refusal has failed to log in all the same.
    const isRecorded = isAudited(method, status) || login !== undefined;
    if (this.audit.enabled && isRecorded && !isQuestion(route, line)) this.audit.record(line);
    const traceparent = request.headers['traceparent']?.toString();
    this.notifier.notify(
      'request.completed',
      { method, route, status, duration, repository, traceparent, span: facts.span?.toString() },
      { actor, requestId: id },
    );
  }
}

/** What the client asked for, without the query, which may hold what nobody else should read. */
function pathOf({ originalUrl }: FastifyRequest): string {
  const question = originalUrl.indexOf('?');
  return question < 0 ? originalUrl : originalUrl.slice(0, question);
}

/** Every client begins by asking how it may show who it is, and is told with a 401. */
function isQuestion(route: string, { status, login }: { readonly status: number; readonly login: unknown }): boolean {
  return route === '/v2' && status === 401 && login === undefined;
}

function isAudited(method: string, status: number): boolean {
  return REFUSALS.has(status) || (!READS.has(method) && status < 400);
}
