import type { FastifyRequest } from 'fastify';

/** The entity tag of content: its digest, since the same digest is the same bytes. RFC 9110 section 8.8.3 */
export function entityTag(digest: string): string {
  return `"${digest}"`;
}

/** True where the client says it has this content already. RFC 9110 section 13.1.2 */
export function isUnchanged(request: FastifyRequest, digest: string): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === entityTag(digest));
}
