import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { UpstreamBehaviour } from './upstream-behaviour.js';

/** What has been sent of the body of an answer. */
export interface UpstreamAnswer {
  /** When its first byte was given to the system, by `performance.now()`. */
  firstByteAt: number | undefined;
  /** Bytes that the system has taken. */
  bytes: number;
}

export interface SentBlob {
  readonly bytes: Buffer;
  readonly behaviour: UpstreamBehaviour;
  readonly answer: UpstreamAnswer;
}

/** Pieces in which a slow or cut blob is sent, in milliseconds of its rate. */
const PIECE_TIME = 10;

/** Sends `bytes` as the behaviour says: in part, slowly, cut off. */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, behaviour, answer }: SentBlob,
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
  await sendSlowly(response, sent, answer, bytesPerSecond);
  const isCut = sent.byteLength < part.byteLength || claimsMore > 0;
  if (isCut) response.destroy();
  else response.end();
}

/** At the given rate on the whole: what a busy machine sends late it makes up for, as a line does that never rests. */
async function sendSlowly(
  response: ServerResponse,
  bytes: Buffer,
  answer: UpstreamAnswer,
  bytesPerSecond = Infinity,
): Promise<void> {
  const isPaced = Number.isFinite(bytesPerSecond);
  const piece = Math.max(1, isPaced ? Math.floor((bytesPerSecond * PIECE_TIME) / 1000) : bytes.byteLength);
  const begun = performance.now();
  for (let at = 0; at < bytes.byteLength && !response.destroyed; at += piece) {
    const sent = bytes.subarray(at, at + piece);
    answer.firstByteAt ??= performance.now();
    await new Promise((resolve) => response.write(sent, resolve));
    answer.bytes += sent.byteLength;
    if (isPaced) await delay(Math.max(0, begun + (1000 * answer.bytes) / bytesPerSecond - performance.now()));
  }
}

function startOf(range: string | undefined): number {
  const match = /^bytes=(\d+)-/.exec(range ?? '');
  return match ? Number(match[1]) : 0;
}
