import { Injectable } from '@nestjs/common';
import { type Counter, type Histogram, Meter, Notifier } from '@berth/sdk';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog } from '../logging/audit-log.js';
import { RegistryLogger } from '../logging/registry-logger.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const REFUSALS = new Set([401, 403, 405, 429]);

/** The status written down where the client went away before it had the answer; nothing of the kind is ever sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** Writes down each request once it is over: the log, the numbers, the audit, and those who listen. */
@Injectable()
export class RequestRecord {
  readonly #requests: Counter;
  readonly #duration: Histogram;

  constructor(
    private readonly logger: RegistryLogger,
    private readonly audit: AuditLog,
    private readonly notifier: Notifier,
    meter: Meter,
  ) {
    this.#requests = meter.counter({ name: 'berth_http_requests_total', help: 'Requests by method and status.' });
    this.#duration = meter.histogram({
      name: 'berth_http_request_duration_seconds',
      help: 'Time of a request by method.',
      buckets: SECONDS,
    });
  }

  /** `isWhole`: false where the client went away before it had the answer. */
  completed(request: FastifyRequest, reply: FastifyReply, isWhole: boolean): void {
    const { method, facts, id } = request;
    const status = isWhole ? reply.statusCode : CLIENT_CLOSED_REQUEST;
    const duration = performance.now() - facts.arrived;
    this.#requests.add({ method, code: String(status) });
    this.#duration.observe(duration / 1000, { method });
    const { repository, reference, digest, actor, bytes } = facts;
    if (this.logger.infoEnabled) {
      this.logger.info(
        {
          requestId: id,
          method,
          path: pathOf(request),
          status,
          duration: Math.round(duration * 1000) / 1000,
          bytes,
          address: request.ip,
          userAgent: request.headers['user-agent'],
          actor,
          repository,
          reference,
          digest,
        },
        'request',
      );
    }
    if (this.audit.enabled && isAudited(method, status)) {
      const { ip: address } = request;
      this.audit.record({
        method,
        path: pathOf(request),
        status,
        repository,
        reference,
        digest,
        actor,
        address,
        requestId: id,
      });
    }
    const route = request.routeOptions.url ?? '';
    this.notifier.notify(
      'request.completed',
      { method, route, status, duration, repository },
      { actor, requestId: id },
    );
  }
}

/** What the client asked for, without the query, which may hold what nobody else should read. */
function pathOf({ originalUrl }: FastifyRequest): string {
  const question = originalUrl.indexOf('?');
  return question < 0 ? originalUrl : originalUrl.slice(0, question);
}

function isAudited(method: string, status: number): boolean {
  return REFUSALS.has(status) || (!READS.has(method) && status < 400);
}
