import type { Readable } from 'node:stream';
import {
  type DigestAlgorithm,
  isDigestAlgorithm,
  parseRepositoryName,
  RegistryError,
  type RepositoryName,
} from '@berth/sdk';
import type { HttpRequest } from '../http/exchange.js';
import type { UploadBody } from '../content/uploads/upload.service.js';
import { parseChunkHeaders } from '../http/content-range.js';
import { releaseBytes } from '../content/release-bytes.js';
import { queryOne } from '../http/query.js';

/** The body of a PATCH or PUT with what its headers say of it. SIZE_INVALID. */
export function chunkOf(request: HttpRequest, stream: Readable): UploadBody {
  const { start, length } = parseChunkHeaders(request.headers['content-range'], request.headers['content-length']);
  return { stream, start, length, release: releaseBytes };
}

/** `digest-algorithm` of a POST (end-4c). DIGEST_INVALID where it is none that can be verified. */
export function algorithmOfRequest(request: HttpRequest): DigestAlgorithm {
  const algorithm = queryOne(request, 'digest-algorithm') ?? 'sha256';
  if (isDigestAlgorithm(algorithm)) return algorithm;
  throw new RegistryError('DIGEST_INVALID', {
    message: 'the digest algorithm is not supported',
    detail: { algorithm },
  });
}

/** `from` of a mount. NAME_INVALID. */
export function mountSourceOf(request: HttpRequest): RepositoryName | undefined {
  const name = queryOne(request, 'from');
  if (name === undefined || name === '') return undefined;
  const repository = parseRepositoryName(name);
  if (!repository) throw new RegistryError('NAME_INVALID', { detail: { from: name } });
  return repository;
}
