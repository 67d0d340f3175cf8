import type { AccessDeniedError, RegistryError } from '@berth/sdk';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Turns the refusal of somebody who may not do something into the answer they get: who is not known is asked who they are. */
export abstract class DenialAnswer {
  abstract answer(denied: AccessDeniedError, request: FastifyRequest, reply: FastifyReply): RegistryError;
}
