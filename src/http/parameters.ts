import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import {
  type Digest,
  parseDigest,
  parseReference,
  parseRepositoryName,
  type Reference,
  RegistryError,
  type RepositoryName,
} from '@berth/sdk';
import type { FastifyRequest } from 'fastify';

type Parameters = Readonly<Partial<Record<'name' | 'reference' | 'digest' | 'session', string>>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function parametersOf(context: ExecutionContext): {
  readonly request: FastifyRequest;
  readonly parameters: Parameters;
} {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { request, parameters: request.params as Parameters };
}

/** The `<name>` of the path. NAME_INVALID; NAME_UNKNOWN where it stands for no repository. */
export const Repository = createParamDecorator((_: unknown, context: ExecutionContext): RepositoryName => {
  const { request, parameters } = parametersOf(context);
  const { name = '' } = parameters;
  if (request.facts.unresolved) throw request.facts.unresolved;
  const repository = parseRepositoryName(name);
  if (!repository) throw new RegistryError('NAME_INVALID', { detail: { name } });
  request.facts.repository = repository;
  return repository;
});

/** The tag or digest of the path. DIGEST_INVALID or TAG_INVALID. */
export const ManifestReference = createParamDecorator((_: unknown, context: ExecutionContext): Reference => {
  const { request, parameters } = parametersOf(context);
  const { reference: text = '' } = parameters;
  request.facts.reference = text;
  const reference = parseReference(text);
  if (reference) return reference;
  const code = text.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID';
  throw new RegistryError(code, {
    message: 'the reference is neither a tag nor a digest that is supported',
    detail: { reference: text },
  });
});

/** The digest of the path. DIGEST_INVALID. */
export const ContentDigest = createParamDecorator((_: unknown, context: ExecutionContext): Digest => {
  const { request, parameters } = parametersOf(context);
  const digest = requireDigest(parameters.digest);
  request.facts.digest = digest;
  return digest;
});

/** The id of an upload. BLOB_UPLOAD_UNKNOWN where it cannot be one. */
export const UploadId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { session = '' } = parametersOf(context).parameters;
  if (!UUID.test(session)) throw new RegistryError('BLOB_UPLOAD_UNKNOWN', { detail: { upload: session } });
  return session;
});

/** `text` as a digest, or DIGEST_INVALID. */
export function requireDigest(text: string | undefined): Digest {
  const digest = parseDigest(text ?? '');
  if (digest) return digest;
  throw new RegistryError('DIGEST_INVALID', {
    message: 'not a digest of a supported algorithm',
    detail: { digest: text },
  });
}
