import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common';
import { AccessDeniedError, ERROR_CODES, type ErrorCode, RegistryError, StorageError } from '@berth/sdk';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RegistryLogger } from '../logging/registry-logger.js';
import type { DenialAnswer } from './denial-answer.js';
import { ERROR_TYPE, errorBody } from './error-body.js';
import { parseRepositoryPath } from './repository-path.js';

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** True where the log should have the error itself: it is ours, not the client's. */
  readonly isInternal: boolean;
}

/** Renders every error that leaves a handler in the spec's form; nothing of an internal one but its request id. */
@Catch()
export class OciExceptionFilter implements ExceptionFilter {
  constructor(
    private readonly logger: RegistryLogger,
    private readonly denials: DenialAnswer,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, headers, body, isInternal } = renderError(
      error instanceof AccessDeniedError ? this.denials.answer(error, request, reply) : knownPath(error, request),
      request.id,
    );
    const isGone = request.raw.destroyed && !request.raw.complete;
    if (isInternal && !isGone) {
      this.logger.error(
        { requestId: request.id, err: error, repository: request.facts.repository },
        'a request failed',
      );
    }
    if (reply.sent || reply.raw.headersSent || cutsTransfer(error)) {
      // Too late for an answer: a connection cut short tells the client that the body is not whole.
      if (!reply.sent) reply.hijack();
      reply.raw.destroy();
      return;
    }
    // What is left of the body is not read, so the connection cannot carry another request.
    if (!request.raw.complete) void reply.header('connection', 'close');
    void reply.code(status).headers(headers).header('content-type', ERROR_TYPE).send(body);
  }
}

/** Some content is found wrong after the request for it was taken: no client may take whatever comes then for an end. */
function cutsTransfer(error: unknown): boolean {
  return error instanceof RegistryError && 'cutsTransfer' in error && error.cutsTransfer === true;
}

/** The router says 404 for a path it knows under another method; the path tells whether that was the cause. */
function knownPath(error: unknown, { originalUrl }: FastifyRequest): unknown {
  const isUnrouted = error instanceof NotFoundException;
  if (!isUnrouted || parseRepositoryPath(originalUrl.split('?', 1)[0] ?? '') === undefined) return error;
  return new RegistryError('UNSUPPORTED', { message: 'the path does not take this method' });
}

export function renderError(error: unknown, requestId: string): RenderedError {
  if (error instanceof RegistryError) {
    const { code, status, headers, message, detail } = error;
    return { status, headers, body: errorBody(code, message, detail), isInternal: false };
  }
  if (error instanceof StorageError) {
    const status = error.failure === 'full' ? 507 : 500;
    const message = error.failure === 'full' ? 'the registry has no space left' : ERROR_CODES.UNKNOWN.message;
    const code = error.failure === 'full' ? 'UNAVAILABLE' : 'UNKNOWN';
    return { status, headers: {}, body: errorBody(code, message, { requestId }), isInternal: true };
  }
  const status = statusOf(error);
  if (status !== undefined && status < 500) {
    const code = CODES[status] ?? 'UNSUPPORTED';
    return { status, headers: {}, body: errorBody(code, messageOf(error)), isInternal: false };
  }
  return {
    status: 500,
    headers: {},
    body: errorBody('UNKNOWN', ERROR_CODES.UNKNOWN.message, { requestId }),
    isInternal: true,
  };
}

/** What the framework refuses by itself, in the spec's words. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'NAME_INVALID',
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  405: 'UNSUPPORTED',
  413: 'SIZE_INVALID',
  414: 'NAME_INVALID',
  415: 'UNSUPPORTED',
  429: 'TOOMANYREQUESTS',
};

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const hasStatus = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
  return hasStatus ? Number(error.statusCode) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ERROR_CODES.UNKNOWN.message;
}
