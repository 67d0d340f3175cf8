/**
 * The two sides of an exchange and the application around them, under names of our own: only this folder knows which server
 * it is.
 */
export type { FastifyReply as HttpReply, FastifyRequest as HttpRequest } from 'fastify';
export type { NestFastifyApplication as RegistryApplication } from '@nestjs/platform-fastify';
