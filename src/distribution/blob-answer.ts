import { type Digest, MEDIA_TYPES, RegistryError } from '@berth/sdk';
import type { HttpRequest } from '../http/exchange.js';
import { parseByteRange } from '../http/byte-range.js';
import { entityTag, isUnchanged } from '../http/entity-tag.js';
import { API_VERSION } from '../http/raw-answer.js';
import type { BlobAnswer } from '../http/send-blob.js';

/**
 * Status, headers and bytes of the answer to a request for a blob: the whole, a range, or 304. SIZE_INVALID (416) for a
 * range that has no byte of it. spec.md#pulling-blobs, RFC 9110 section 14
 */
export function answerBlob(request: HttpRequest, digest: Digest, size: number, range: string | undefined): BlobAnswer {
  const headers = {
    ...API_VERSION,
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
    'Accept-Ranges': 'bytes',
  };
  if (isUnchanged(request, digest)) return { status: 304, headers, start: 0, length: 0 };
  const part = parseByteRange(range, size);
  if (part === 'unsatisfiable') {
    throw new RegistryError('SIZE_INVALID', {
      status: 416,
      message: 'the range lies outside the blob',
      detail: { range, size },
      headers: { 'Content-Range': `bytes */${String(size)}` },
    });
  }
  const type = { 'Content-Type': MEDIA_TYPES.octetStream };
  if (part === 'whole')
    return { status: 200, headers: { ...headers, ...type, 'Content-Length': size }, start: 0, length: size };
  const { start, end } = part;
  const length = end - start + 1;
  const contentRange = `bytes ${String(start)}-${String(end)}/${String(size)}`;
  return {
    status: 206,
    headers: { ...headers, ...type, 'Content-Length': length, 'Content-Range': contentRange },
    start,
    length,
  };
}
