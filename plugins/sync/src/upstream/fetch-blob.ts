import type { Readable } from 'node:stream';
import { type Digest, mediaTypeOf } from '@berth/sdk';
import type { Ask } from './fetch-manifest.js';
import { PacedBody } from './paced-body.js';
import { dump, type UpstreamHost, type UpstreamResponse } from './upstream-host.js';

export interface FetchedBlob {
  readonly stream: Readable;
  /** Of the whole blob, where it is known. */
  readonly size: number | undefined;
  /** Which byte of the blob the stream begins with. */
  readonly offset: number;
  readonly isHandedOver: true;
}

/**
 * A blob by GET, from byte `from` on where the host can do that. `undefined` where it says there is none; rejects with UpstreamTrouble.
 */
export async function fetchBlob(
  host: UpstreamHost,
  digest: Digest,
  { repository, signal, from }: Ask & { readonly from: number },
): Promise<FetchedBlob | undefined> {
  const path = `/v2/${repository}/blobs/${digest}`;
  const send = (range: Readonly<Record<string, string>>): Promise<UpstreamResponse> =>
    host.send(
      { method: 'GET', path, repository, isDigested: true, headers: { 'accept-encoding': 'identity', ...range } },
      signal,
    );
  let response = await send(from > 0 ? { range: `bytes=${from}-` } : {});
  if (response.statusCode === 416 && from > 0) {
    await dump(response);
    response = await send({});
  }
  return takeBlob(host, response, from);
}

async function takeBlob(
  host: UpstreamHost,
  response: UpstreamResponse,
  from: number,
): Promise<FetchedBlob | undefined> {
  const { statusCode, headers, body } = response;
  const part = statusCode === 206 && from > 0 ? partOf(String(headers['content-range'])) : undefined;
  const isWhole = statusCode === 200;
  if (isWhole || (part && part.start <= from)) {
    if (mediaTypeOf(String(headers['content-type'])) !== 'text/html') {
      const size = isWhole ? lengthOf(headers['content-length']) : part?.size;
      const stream = PacedBody.of(body, host.bandwidth);
      return { stream, size, offset: part?.start ?? 0, isHandedOver: true };
    }
  }
  // What it goes on to send is not read.
  if (statusCode === 200 || statusCode === 206) body.destroy();
  else await dump(response);
  if (statusCode === 404) return undefined;
  if (statusCode === 200) throw host.trouble('what it gives is a page and no blob');
  throw host.trouble(
    statusCode === 206 ? 'it gives another part than was asked for' : `it answers ${statusCode}`,
    statusCode === 206 ? 502 : statusCode,
  );
}

/** `bytes 5-9/10`, or `bytes 5-9/*` where the whole is not known. */
function partOf(header: string): { readonly start: number; readonly size: number | undefined } | undefined {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(header.trim());
  return match ? { start: Number(match[1]), size: match[2] === '*' ? undefined : Number(match[2]) } : undefined;
}

function lengthOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
