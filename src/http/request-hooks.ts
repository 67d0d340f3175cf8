import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_TYPE, errorBody } from './error-body.js';
import type { HttpOptions } from './http-options.js';
import { API_VERSION } from './raw-answer.js';
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
}

/** What happens around every request, as Fastify hooks: an interceptor costs more than routing and guard together. */
export function installRequestHooks(fastify: FastifyInstance, { options, serving, record }: RequestHookParts): void {
  const { allowOrigin } = options;
  fastify.decorateRequest('facts');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.facts = newFacts(reply.raw);
    if (request.url.startsWith('/v2')) void reply.headers(API_VERSION);
    if (allowOrigin) allowOtherOrigin(reply, allowOrigin);
    normaliseContentType(request);
    if (!serving.isServing && !HEALTH.has(request.routeOptions.url ?? '')) refuse(reply);
    else if (request.method === 'OPTIONS') answerOptions(reply);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    record.completed(request, reply);
    done();
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
