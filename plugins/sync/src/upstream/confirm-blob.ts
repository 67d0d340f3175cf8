import { type Digest, mediaTypeOf } from '@berth/sdk';
import type { Ask } from './fetch-manifest.js';
import { dump, type UpstreamHost, type UpstreamResponse } from './upstream-host.js';
import { UpstreamTrouble } from './upstream-trouble.js';

export interface HeldBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Whether a repository has a blob, by HEAD. `unclear`: by that it cannot be told, and whoever wants it gets it by GET; storage that a
 * host redirects to may answer nothing else.
 */
export async function confirmBlob(
  host: UpstreamHost,
  held: HeldBlob,
  { repository, signal }: Ask,
): Promise<'there' | 'absent' | 'unclear'> {
  const path = `/v2/${repository}/blobs/${held.digest}`;
  let response;
  try {
    response = await host.send({ method: 'HEAD', path, repository, isDigested: true }, signal);
  } catch (cause) {
    if (cause instanceof UpstreamTrouble && cause.isElsewhere) return 'unclear';
    throw cause;
  }
  await dump(response);
  if (response.statusCode === 404) return 'absent';
  return isOf(response, held) ? 'there' : 'unclear';
}

function isOf({ statusCode, headers }: UpstreamResponse, { digest, size }: HeldBlob): boolean {
  const said = headers['docker-content-digest'];
  return (
    statusCode === 200 &&
    mediaTypeOf(String(headers['content-type'])) !== 'text/html' &&
    headers['content-length'] === String(size) &&
    (said === undefined || said === digest)
  );
}
