import type { Tracing } from '@berth/sdk';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_TYPE, errorBody } from './error-body.js';
import type { HttpOptions } from './http-options.js';
import { API_VERSION } from './raw-answer.js';
import { boundWhole } from './idle-watch.js';
import { newFacts } from './request-context.js';
import type { RequestRecord } from './request-record.js';
import type { ServingState } from './serving-state.js';

const HEALTH = new Set(['/livez', '/readyz', '/startupz']);
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;.*)?$/;
const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const ALLOWED_HEADERS = 'Authorization, Content-Type, Content-Range, Range, Accept, If-None-Match';
const EXPOSED_HEADERS = 'Location, Range, Link, Docker-Content-Digest, OCI-Subject, OCI-Tag, OCI-Filters-Applied';

export interface RequestHookParts {
  readonly options: HttpOptions;
  readonly serving: ServingState;
  readonly record: RequestRecord;
  readonly tracing: Tracing;
}

/** What happens around every request, as Fastify hooks: an interceptor costs more than routing and guard together. */
export function installRequestHooks(
  fastify: FastifyInstance,
  { options, serving, record, tracing }: RequestHookParts,
): void {
  const { allowOrigin, idleTimeout, writeTimeout } = options;
  fastify.decorateRequest('facts');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.facts = newFacts(reply.raw, idleTimeout, tracing.begin(request.headers['traceparent']?.toString()));
    boundWhole(reply.raw, writeTimeout);
    if (allowOrigin) allowOtherOrigin(reply, allowOrigin);
    normaliseContentType(request);
    // Fastify's own hook for the end of a response is not called where the client has gone before it.
    reply.raw.on('close', () => {
      record.completed(request, reply, reply.raw.writableFinished);
    });
    if (!serving.isServing && !HEALTH.has(request.routeOptions.url ?? '')) refuse(reply);
    else if (request.method === 'OPTIONS') answerOptions(reply);
    else done();
  });
  // Just before it is sent: what answers raw has it in its own headers, and need not pay for these.
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.url.startsWith('/v2')) void reply.headers(API_VERSION);
    done(null, payload);
  });
}

/** Fastify refuses what is no media type before any parser sees it; here it is bytes of no known type. */
function normaliseContentType({ raw: { headers } }: FastifyRequest): void {
  const contentType = headers['content-type'];
  if (contentType !== undefined && !CONTENT_TYPE.test(contentType))
    headers['content-type'] = 'application/octet-stream';
}

function refuse(reply: FastifyReply): void {
  const body = errorBody('UNAVAILABLE', 'the server is starting or stopping');
  // A body that nobody reads would have to be read to its end before the connection could carry another request.
  if (!reply.request.raw.complete) void reply.header('connection', 'close');
  void reply.code(503).header('retry-after', '1').header('content-type', ERROR_TYPE).send(body);
}

function allowOtherOrigin(reply: FastifyReply, origin: string): void {
  reply.raw.setHeader('Access-Control-Allow-Origin', origin);
  reply.raw.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}

function answerOptions(reply: FastifyReply): void {
  void reply
    .code(204)
    .header('allow', ALLOWED_METHODS)
    .header('access-control-allow-methods', ALLOWED_METHODS)
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .send();
}
