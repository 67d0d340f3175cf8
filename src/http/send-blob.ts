import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { BufferPool } from './buffer-pool.js';
import { watchIdle } from './idle-watch.js';
import type { RequestFacts } from './request-context.js';

/** Bytes that can be read at any position. */
export interface BlobSource {
  /** Gives how many it read: fewer than asked for where no more are there yet, and at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface BlobAnswer {
  readonly status: 200 | 206 | 304;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly start: number;
  /** Bytes to send from `start` on. */
  readonly length: number;
}

export interface SendLimits {
  /** Milliseconds of silence after which the connection is closed. */
  readonly idleTimeout: number;
}

/** One read and one write of a long transfer. Smaller ones cost more calls, larger ones fall out of the cache of the processor. */
const PIECE_BYTES = 256 * 1024;
/** 32 MiB at most: two for each of sixty-four transfers. */
const pieces = new BufferPool(PIECE_BYTES, 128);

/**
 * Sends a part of a blob and closes it. Two buffers take turns, one filled while the other is sent, so that memory does not
 * depend on the size and the disk does not wait for the network. Resolves when all is sent or the client has gone; rejects
 * where `decide` refuses or the bytes cannot be read, and then has cut the connection if it had begun.
 */
export async function sendBlob(
  reply: FastifyReply,
  blob: BlobSource,
  decide: () => BlobAnswer,
  limits: SendLimits,
): Promise<void> {
  try {
    const answer = decide();
    reply.request.facts.bytes = answer.length;
    if (answer.length <= PIECE_BYTES / 4) await sendSmall(reply, blob, answer);
    else await sendLarge(reply, blob, answer, limits);
  } catch (cause) {
    // What the client gets now is an error, or nothing more.
    reply.request.facts.bytes = reply.request.facts.sent;
    throw cause;
  } finally {
    await blob.close();
  }
}

/** In one piece, with its own memory, since nobody waits for it to leave. */
async function sendSmall(
  reply: FastifyReply,
  blob: BlobSource,
  { status, headers, start, length }: BlobAnswer,
): Promise<void> {
  const target = Buffer.allocUnsafe(length);
  await fill(blob, target, start);
  reply.hijack();
  reply.raw.writeHead(status, headers).end(target);
}

async function sendLarge(
  reply: FastifyReply,
  blob: BlobSource,
  { status, headers, start, length }: BlobAnswer,
  { idleTimeout }: SendLimits,
): Promise<void> {
  const { raw, request } = reply;
  const [first, second] = [pieces.take(), pieces.take()];
  let [sending, filling] = [first, second];
  let sent: Promise<boolean> = Promise.resolve(true);
  try {
    const head = await readSome(blob, sending, start, length);
    reply.hijack();
    raw.writeHead(status, headers);
    using _idle = raw.socket ? watchIdle(raw.socket, idleTimeout) : undefined;
    sent = write(raw, head, request.facts);
    for (let position = start + head.byteLength; position < start + length;) {
      const piece = await readSome(blob, filling, position, start + length - position);
      if (!(await sent)) return;
      sent = write(raw, piece, request.facts);
      position += piece.byteLength;
      [sending, filling] = [filling, sending];
    }
    if (await sent) raw.end();
  } catch (cause) {
    if (raw.headersSent) raw.destroy();
    throw cause;
  } finally {
    // A buffer may be used again only when the kernel has what was in it.
    await sent;
    pieces.give(first);
    pieces.give(second);
  }
}

/** Resolves true when the bytes have left, false when the client has gone. */
function write(response: ServerResponse, bytes: Uint8Array, facts: RequestFacts): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve(false);
      return;
    }
    const gone = (): void => {
      resolve(false);
    };
    response.once('close', gone);
    response.write(bytes, (error) => {
      response.off('close', gone);
      if (!error) facts.sent += bytes.byteLength;
      resolve(!error);
    });
  });
}

/** What is there of the next `length` bytes, as far as it fits. */
async function readSome(blob: BlobSource, buffer: Buffer, position: number, length: number): Promise<Buffer> {
  const target = length < buffer.byteLength ? buffer.subarray(0, length) : buffer;
  const read = await blob.read(target, position);
  if (read === 0) throw new Error('The stored bytes end before their size.');
  return read === target.byteLength ? target : target.subarray(0, read);
}

async function fill(blob: BlobSource, target: Uint8Array, position: number): Promise<void> {
  for (let filled = 0; filled < target.byteLength;) {
    const length = await blob.read(filled === 0 ? target : target.subarray(filled), position + filled);
    if (length === 0) throw new Error('The stored bytes end before their size.');
    filled += length;
  }
}
