import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerClientError } from './client-error.js';
import { ERROR_TYPE } from './error-body.js';
import { installOutside, outsideOf } from './external-url.js';
import type { HttpConfig } from './http.config.js';
import { renderError } from './oci-exception.filter.js';
import { foldRepositoryName } from './repository-path.js';
import { listRoutes } from './route-list.js';
import type { TlsFiles } from './tls/tls-files.js';

/** Bearer tokens with many groups outgrow Node's 16 KiB. */
const MAX_HEADER_BYTES = 64 * 1024;
/** A folded name has three characters for each slash, and a sha512 digest alone has 135. */
const MAX_PARAMETER_LENGTH = 2048;
/** Longer than the pools of Go clients keep a connection, so that the server is never the first to close it. */
const KEEP_ALIVE_TIMEOUT = 120_000;

/** No route has a JSON schema: bodies are streams and answers bytes. Fastify's compilers for them would cost 5 MB at rest. */
const noSchemas = (): never => {
  throw new Error('Routes of the registry have no JSON schema.');
};
const NO_SCHEMAS = { buildValidator: noSchemas, buildSerializer: noSchemas };

/**
 * The HTTP server as a registry needs it: raw bodies, folded names, errors in the spec's form, no time-out but configured ones. `tls`: with
 * them it speaks TLS.
 */
export function createFastifyAdapter(config: HttpConfig, tls?: TlsFiles): FastifyAdapter {
  const limits = { maxHeaderSize: MAX_HEADER_BYTES, ...timeLimits(config.readTimeout) };
  let count = 0;
  const process = Date.now().toString(36);
  const outside = outsideOf(config);
  const adapter = new FastifyAdapter({
    ...(tls ? { https: { ...limits, ...tls.options, ...clientCertificates(tls) } } : { http: limits }),
    rewriteUrl: (request: IncomingMessage) => foldRepositoryName(request.url ?? '/'),
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, ignoreTrailingSlash: true },
    trustProxy: outside.proxies ? (address: string) => outside.proxies?.trusts(address) ?? false : false,
    exposeHeadRoutes: false,
    requestTimeout: config.readTimeout ?? 0,
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    genReqId: () => `${process}-${(++count).toString(36)}`,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const { status, body } = renderError(error, request.id);
      void reply.code(status).header('content-type', ERROR_TYPE).send(body);
    },
    schemaController: { compilersFactory: NO_SCHEMAS },
    skipMiddie: true,
    multipart: false,
  });
  const fastify = adapter.getInstance();
  listRoutes(fastify);
  installOutside(fastify, outside);
  fastify.removeAllContentTypeParsers();
  // Bodies stay raw streams: whoever wants one reads request.raw.
  fastify.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  return adapter;
}

/**
 * Node looks for requests over their time every 30 s only, and takes the longer of both bounds for the whole request.
 * Milliseconds.
 */
function timeLimits(readTimeout = 0) {
  if (readTimeout === 0) return {};
  return {
    connectionsCheckingInterval: Math.min(30_000, Math.ceil(readTimeout / 4)),
    headersTimeout: Math.min(60_000, readTimeout),
  };
}

/** A client may come without one. Who shows a bad one is told apart by what listens for `secureConnection`. */
function clientCertificates({ options }: TlsFiles) {
  return options.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
}
