import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { UpstreamBehaviour } from './upstream-behaviour.js';

/** Pieces in which a slow or cut blob is sent, in milliseconds of its rate. */
const PIECE_TIME = 10;

/** Sends `bytes` as the behaviour says: in part, slowly, cut off. */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  behaviour: UpstreamBehaviour,
): Promise<void> {
  const { servesRanges = true, claimsMore = 0, cutsAfter, bytesPerSecond } = behaviour;
  const start = servesRanges ? startOf(request.headers.range) : 0;
  if (start > 0 && start >= bytes.byteLength) {
    response.writeHead(416, { 'content-range': `bytes */${String(bytes.byteLength)}` }).end();
    return;
  }
  const part = bytes.subarray(start);
  const range = `bytes ${String(start)}-${String(bytes.byteLength - 1)}/${String(bytes.byteLength)}`;
  response.writeHead(start > 0 ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(part.byteLength + claimsMore),
    ...(start > 0 && { 'content-range': range }),
  });
  const sent = cutsAfter === undefined ? part : part.subarray(0, cutsAfter);
  await sendSlowly(response, sent, bytesPerSecond);
  const isCut = sent.byteLength < part.byteLength || claimsMore > 0;
  if (isCut) response.destroy();
  else response.end();
}

async function sendSlowly(response: ServerResponse, bytes: Buffer, bytesPerSecond = Infinity): Promise<void> {
  const piece = Number.isFinite(bytesPerSecond)
    ? Math.max(1, Math.floor((bytesPerSecond * PIECE_TIME) / 1000))
    : Math.max(1, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength && !response.destroyed; at += piece) {
    await new Promise((resolve) => response.write(bytes.subarray(at, at + piece), resolve));
    if (Number.isFinite(bytesPerSecond)) await delay(PIECE_TIME);
  }
}

function startOf(range: string | undefined): number {
  const match = /^bytes=(\d+)-/.exec(range ?? '');
  return match ? Number(match[1]) : 0;
}
